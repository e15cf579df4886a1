package io.jpm.balancer.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.proxy.ProxyHarness.Instance;
import io.jpm.model.Strategy;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.net.Socket;
import java.net.SocketException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tests instances that accept connections and then send nothing.
@Timeout(120)
class StallTest {
  private ProxyHarness proxy;

  @BeforeEach
  void open() throws IOException {
    proxy = new ProxyHarness();
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
  }

  /// Answers each connection with a name; during a stall, only when the stall ends.
  private static final class StallingHandler implements Server.ConnectionHandler {
    final AtomicInteger stalledConnections = new AtomicInteger();
    private final String name;
    private volatile CountDownLatch open = new CountDownLatch(0);

    StallingHandler(String name) {
      this.name = name;
    }

    void stall() {
      open = new CountDownLatch(1);
    }

    void resume() {
      open.countDown();
    }

    @Override
    public void serve(Socket socket) throws IOException {
      if (socket.getInputStream().read() < 0) {
        return; // the daemon's own connection
      }
      CountDownLatch latch = open;
      if (latch.getCount() > 0) {
        stalledConnections.incrementAndGet();
      }
      try {
        latch.await();
      } catch (InterruptedException end) {
        throw new IllegalStateException(end);
      }
      socket.getOutputStream().write(name.getBytes(US_ASCII));
    }
  }

  private Instance start(int id, StallingHandler manner) throws IOException {
    proxy.closeLater(manner::resume);
    return proxy.start(id, manner);
  }

  private Socket ask() throws IOException {
    Socket socket = proxy.connect();
    socket.getOutputStream().write('?');
    return socket;
  }

  private static String answer(Socket socket) throws IOException {
    try (socket) {
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private List<String> readAnswers(int count) throws IOException {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(answer(ask()));
    }
    return answers;
  }

  private long counter(Instance instance, String counter) {
    return proxy
        .get(() -> proxy.backend.counters(instance.worker().id()))
        .getOrDefault(counter, -1L);
  }

  private String problem(Instance instance) {
    return proxy.get(() -> proxy.backend.problem(instance.worker().id())).orElse("");
  }

  /// Starts four instances and advances the clock past their slow start, so that all have full
  /// weight.
  private List<StallingHandler> startFour() throws IOException {
    List<StallingHandler> manners = new ArrayList<>();
    for (String name : List.of("a", "b", "c", "d")) {
      manners.add(new StallingHandler(name));
      start(manners.size() - 1, manners.getLast());
    }
    proxy.advanceClock(SlowStart.LENGTH);
    return manners;
  }

  /// Sends requests, each on a new connection, until `stop` is set.
  private Thread client(AtomicBoolean stop, AtomicInteger answered, List<Throwable> failures) {
    return Thread.ofVirtual()
        .start(() -> {
          try {
            while (!stop.get()) {
              assertThat(answer(ask())).isNotEmpty();
              answered.incrementAndGet();
            }
          } catch (IOException | AssertionError error) {
            synchronized (failures) {
              failures.add(error);
            }
          }
        });
  }

  @Test
  void leastConnGivesAStalledInstanceAtMostItsShareOfClients() throws Exception {
    proxy.with(Strategy.LEAST_CONN);
    List<StallingHandler> four = startFour();
    AtomicBoolean stop = new AtomicBoolean();
    AtomicInteger answered = new AtomicInteger();
    List<Throwable> failures = new ArrayList<>();
    List<Thread> clients = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      clients.add(client(stop, answered, failures));
    }
    Eventually.await("all clients are served", ProxyHarness.TIMEOUT, () -> answered.get() > 100);
    four.getFirst().stall();
    int before = answered.get();
    Eventually.await(
        "the other instances still answer",
        ProxyHarness.TIMEOUT,
        () -> answered.get() > before + 2000);
    assertThat(four.getFirst().stalledConnections.get()).isBetween(1, 8 / 4);
    four.getFirst().resume();
    stop.set(true);
    for (Thread one : clients) {
      one.join();
    }
    assertThat(failures).isEmpty();
  }

  @Test
  void roundRobinSkipsAHangingInstanceUntilItAnswers() throws IOException {
    StallingHandler hanging = new StallingHandler("a");
    Instance instance = start(0, hanging);
    start(1, new StallingHandler("b"));
    proxy.advanceClock(SlowStart.LENGTH);
    hanging.stall();
    Socket first = ask();
    Eventually.await(
        "one connection has reached the instance",
        ProxyHarness.TIMEOUT,
        () -> hanging.stalledConnections.get() == 1);
    assertThat(readAnswers(1)).containsExactly("b");
    assertThat(problem(instance)).isEmpty();
    proxy.advanceClock(ResponseTracker.PATIENCE);
    assertThat(readAnswers(20)).containsOnly("b");
    assertThat(hanging.stalledConnections.get()).isEqualTo(1);
    assertThat(problem(instance))
        .matches(
            "instance 0 has not answered a new connection for \\d+ s: new ones go to other instances until it does");
    assertThat(counter(instance, "ejections")).isEqualTo(1);
    hanging.resume();
    assertThat(answer(first)).isEqualTo("a");
    assertThat(readAnswers(4)).contains("a");
    assertThat(problem(instance)).isEmpty();
  }

  @Test
  void onlyInstanceReceivesAllConnectionsEvenIfItHangs() throws IOException {
    StallingHandler hanging = new StallingHandler("a");
    Instance instance = start(0, hanging);
    hanging.stall();
    Socket first = ask();
    Eventually.await(
        "the first connection has reached the instance",
        ProxyHarness.TIMEOUT,
        () -> hanging.stalledConnections.get() == 1);
    proxy.advanceClock(ResponseTracker.PATIENCE);
    Socket second = ask();
    Eventually.await(
        "the second connection has reached the instance",
        ProxyHarness.TIMEOUT,
        () -> hanging.stalledConnections.get() == 2);
    assertThat(problem(instance)).isEmpty();
    hanging.resume();
    assertThat(answer(first) + answer(second)).isEqualTo("aa");
  }

  @Test
  void lastReachableInstanceReceivesConnectionsEvenIfItHangs() throws IOException {
    StallingHandler hanging = new StallingHandler("a");
    start(0, hanging);
    Instance other = start(1, new StallingHandler("b"));
    hanging.stall();
    Socket first = ask();
    Eventually.await(
        "one connection has reached the instance",
        ProxyHarness.TIMEOUT,
        () -> hanging.stalledConnections.get() == 1);
    assertThat(readAnswers(1)).containsExactly("b");
    proxy.advanceClock(ResponseTracker.PATIENCE);
    assertThat(readAnswers(2)).containsOnly("b");
    other.server().close();
    Socket last = ask();
    Eventually.await(
        "the hanging instance receives a connection again",
        ProxyHarness.TIMEOUT,
        () -> hanging.stalledConnections.get() == 2);
    hanging.resume();
    assertThat(answer(first) + answer(last)).isEqualTo("aa");
  }

  // ---------------------------------------------------------------- failures

  @Test
  void connectionThatEndsBeforeTheFirstByteIsAFailure() throws IOException {
    Instance instance =
        proxy.start(
            0,
            socket -> {
              int asked = socket.getInputStream().read();
              if (asked == 'a') {
                socket.getOutputStream().write('A');
              }
            });
    assertThat(answer(ask())).isEmpty();
    Eventually.await(
        "the failure is counted", ProxyHarness.TIMEOUT, () -> counter(instance, "failures") == 1);
    Socket good = proxy.connect();
    good.getOutputStream().write('a');
    assertThat(answer(good)).isEqualTo("A");
    proxy.connect().close();
    Eventually.await(
        "all connections have ended", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == 0);
    assertThat(counter(instance, "failures")).isEqualTo(1);
  }

  @Test
  void clientThatEndsItsSideWithoutAnAnswerIsNotAFailure() throws IOException {
    Instance instance =
        proxy.start(
            0,
            socket -> socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream()));
    for (int i = 0; i < 5; i++) {
      Socket socket = ask();
      proxy.advanceClock(ResponseTracker.PATIENCE);
      socket.shutdownOutput();
      assertThat(answer(socket)).isEmpty();
    }
    Eventually.await(
        "all connections have ended", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == 0);
    assertThat(counter(instance, "connections")).isEqualTo(5);
    assertThat(counter(instance, "failures")).isZero();
  }

  @Test
  void clientThatLeavesAfterTheTimeoutIsAFailure() throws IOException {
    StallingHandler stallingHandler = new StallingHandler("a");
    Instance instance = start(0, stallingHandler);
    assertThat(readAnswers(1)).containsExactly("a");
    stallingHandler.stall();
    ask().close();
    Eventually.await(
        "the first connection has reached the instance",
        ProxyHarness.TIMEOUT,
        () -> stallingHandler.stalledConnections.get() == 1);
    Socket patient = ask();
    Eventually.await(
        "the second connection has reached the instance",
        ProxyHarness.TIMEOUT,
        () -> stallingHandler.stalledConnections.get() == 2);
    proxy.advanceClock(ResponseTracker.PATIENCE);
    patient.close();
    Eventually.await(
        "the failure is counted", ProxyHarness.TIMEOUT, () -> counter(instance, "failures") == 1);
    stallingHandler.resume();
    Eventually.await(
        "all connections have ended", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == 0);
    assertThat(counter(instance, "failures")).isEqualTo(1);
  }

  @Test
  void clientWithoutAReadyInstanceInTimeIsAFailure() throws IOException {
    Instance instance = proxy.startServer(0, new StallingHandler("a"));
    Socket socket = ask();
    ProxyListener proxyListener = proxy.get(proxy.backend::fronts).iterator().next();
    Eventually.await(
        "the client waits",
        ProxyHarness.TIMEOUT,
        () -> proxy.get(proxyListener::waitingCount) == 1);
    proxy.advanceClock(ClientConnection.PATIENCE);
    try {
      assertThat(socket.getInputStream().read()).isNegative();
    } catch (SocketException reset) {
      assertThat(reset).hasMessageContaining("reset");
    }
    Eventually.await(
        "the failure is counted", ProxyHarness.TIMEOUT, () -> counter(instance, "failures") == 1);
  }
}
