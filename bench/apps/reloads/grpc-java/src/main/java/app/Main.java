package app;

import io.grpc.Server;
import io.grpc.ServerBuilder;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCalls;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.TimeUnit;

/** Says "ready" on its output when it is; one that is not answers every call with UNAVAILABLE. */
public class Main {
  public static void main(String[] args) throws Exception {
    boolean unready = "1".equals(System.getenv("UNREADY"));
    byte[] body = Long.toString(ProcessHandle.current().pid()).getBytes(StandardCharsets.US_ASCII);
    ServerServiceDefinition service =
        ServerServiceDefinition.builder(Echo.SERVICE)
            .addMethod(
                Echo.METHOD,
                ServerCalls.asyncUnaryCall(
                    (request, answer) -> {
                      if (unready) {
                        answer.onError(Status.UNAVAILABLE.withDescription("unready build").asException());
                        return;
                      }
                      answer.onNext(body);
                      answer.onCompleted();
                    }))
            .build();
    int port = Integer.parseInt(System.getenv().getOrDefault("PORT", "8080"));
    Server server = ServerBuilder.forPort(port).addService(service).build().start();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> end(server)));
    if (!unready) {
      System.out.println("ready");
    }
    server.awaitTermination();
  }

  private static void end(Server server) {
    try {
      server.shutdown().awaitTermination(10, TimeUnit.SECONDS);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
