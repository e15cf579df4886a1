package app;

import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCalls;
import java.util.ArrayList;
import java.util.List;
import java.util.Scanner;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The load: clients with one channel for all calls, and clients with a new channel for each. They do not retry by a
 * policy of their own. What gRPC repeats by itself (a call that the server has told it has not seen) counts as one.
 *
 * <p>Arguments: port, kept clients, closing clients. Each line of the input is answered by one line with the counts so
 * far: kept, closing, lost, and of those how many an unready build has answered. The end of the input ends it.
 */
public final class Client {
  private static final AtomicLong KEPT = new AtomicLong();
  private static final AtomicLong CLOSING = new AtomicLong();
  private static final AtomicLong LOST = new AtomicLong();
  private static final AtomicLong UNREADY = new AtomicLong();
  private static final AtomicBoolean OVER = new AtomicBoolean();

  private Client() {}

  public static void main(String[] args) throws Exception {
    int port = Integer.parseInt(args[0]);
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < Integer.parseInt(args[1]); i++) {
      clients.add(Thread.ofPlatform().daemon().start(() -> kept(port)));
    }
    for (int i = 0; i < Integer.parseInt(args[2]); i++) {
      clients.add(Thread.ofPlatform().daemon().start(() -> closing(port)));
    }
    try (Scanner input = new Scanner(System.in)) {
      while (input.hasNextLine()) {
        input.nextLine();
        System.out.println(KEPT + " " + CLOSING + " " + LOST + " " + UNREADY);
      }
    }
    OVER.set(true);
    for (Thread client : clients) {
      client.join(TimeUnit.SECONDS.toMillis(10));
    }
  }

  private static ManagedChannel channel(int port) {
    return ManagedChannelBuilder.forAddress("127.0.0.1", port).usePlaintext().build();
  }

  private static void kept(int port) {
    ManagedChannel channel = channel(port);
    while (!OVER.get()) {
      call(channel, KEPT);
      pause(10);
    }
    channel.shutdownNow();
  }

  private static void closing(int port) {
    while (!OVER.get()) {
      ManagedChannel channel = channel(port);
      call(channel, CLOSING);
      channel.shutdownNow();
      pause(30);
    }
  }

  private static void call(ManagedChannel channel, AtomicLong count) {
    try {
      ClientCalls.blockingUnaryCall(
          channel, Echo.METHOD, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), new byte[] {1});
    } catch (StatusRuntimeException failure) {
      LOST.incrementAndGet();
      if ("unready build".equals(failure.getStatus().getDescription())) {
        UNREADY.incrementAndGet();
      } else {
        System.err.println("lost: " + failure.getMessage());
      }
    }
    count.incrementAndGet();
  }

  private static void pause(int most) {
    try {
      Thread.sleep(ThreadLocalRandom.current().nextInt(most));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
