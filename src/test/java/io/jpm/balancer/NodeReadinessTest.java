package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.BalancerFixture.MessageDelivery;
import io.jpm.balancer.BalancerFixture.Worker;
import io.jpm.balancer.HttpLoad.HttpConnection;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppSpec;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.Strategy;
import io.jpm.model.process.Signal;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Tests which of several real Node processes that share a port receive connections of clients and
/// of probes.
@Timeout(180)
@Needs(Need.NODE)
class NodeReadinessTest {
  private BalancerFixture balancer;

  @BeforeEach
  void open(@TempDir Path dir) {
    balancer = new BalancerFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  private static AppSpec withReadiness(AppSpec spec) {
    return spec.toBuilder().readiness(new ReadinessPolicy(true, Duration.ofMinutes(1))).build();
  }

  private static AppSpec web(Strategy strategy, int port) {
    return withReadiness(BalancerFixture.server("web", strategy, "http", Integer.toString(port)));
  }

  /// Returns the answers of the app to 30 clients, each on a connection of its own.
  private static Set<String> answering(int port) throws IOException {
    List<String> answers = new ArrayList<>();
    for (int n = 0; n < 30; n++) {
      try (HttpConnection httpConnection = new HttpConnection(port)) {
        answers.add(httpConnection.ask("/", false).body());
      }
    }
    return answers.stream().collect(Collectors.toSet());
  }

  private static void awaitAnswering(int port, String... who) {
    Eventually.await(
        "only " + List.of(who) + " answer",
        BalancerFixture.DEADLINE,
        () -> {
          try {
            return answering(port).equals(Set.of(who));
          } catch (IOException broken) {
            throw new AssertionError(broken);
          }
        });
  }

  private static String answerOf(Worker worker) {
    return "worker %d %d".formatted(worker.number + 1, worker.pid());
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void processThatIsNotReadyReceivesProbesButNoClients(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = web(strategy, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    awaitAnswering(port, answerOf(one));

    for (int n = 0; n < 3; n++) {
      assertThat(two.probe(port)).isEqualTo(answerOf(two));
      assertThat(one.probe(port)).isEqualTo(answerOf(one));
    }
    assertThat(answering(port)).containsExactly(answerOf(one));

    two.ready();
    assertThat(BalancerFixture.await(one.drain())).isZero();
    awaitAnswering(port, answerOf(two));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void clientsWaitUntilAProcessIsReady(Strategy strategy) throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(strategy, port), 0, 0).awaitListening();
    try (HttpConnection waiting = new HttpConnection(port)) {
      waiting.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(one.probe(port)).isEqualTo(answerOf(one));
      waiting.socket.setSoTimeout(300);
      assertThat(org.assertj.core.api.Assertions.catchThrowable(waiting::read))
          .isInstanceOf(java.net.SocketTimeoutException.class);
      one.ready();
      waiting.socket.setSoTimeout(TestDeadline.millis(30));
      assertThat(waiting.read().body()).isEqualTo(answerOf(one));
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void unfitProcessReceivesNoClientsWhileAnotherIsFit(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = web(strategy, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    Worker two = balancer.start(spec, 1, 1).awaitListening().ready();

    one.setFit(false);
    awaitAnswering(port, answerOf(two));
    assertThat(one.probe(port)).isEqualTo(answerOf(one));
    assertThat(balancer.status(one).reason()).contains("its readiness probe fails");
    assertThat(balancer.status(two).reason()).doesNotContain("readiness");
    two.setFit(false);
    two.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(one));

    Worker three = balancer.start(spec, 1, 1).awaitListening().ready();
    awaitAnswering(port, answerOf(three));
    one.setFit(true);
    three.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(one));
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void clientsAreAnsweredAfterADaemonLosesItsSocketsDuringAReload(Strategy strategy)
      throws IOException {
    int port = freePort();
    AppSpec spec = web(strategy, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    awaitAnswering(port, answerOf(one));
    Worker next = balancer.start(spec, 0, 0).awaitListening();

    balancer.rebootWithoutSockets();
    one.awaitListening();
    next.awaitListening();
    assertThat(listenersAt(port)).isEqualTo(1);
    assertThat(one.probe(port)).isEqualTo(answerOf(one));
    assertThat(next.probe(port)).isEqualTo(answerOf(next));
    assertThat(answering(port)).containsExactly(answerOf(one));

    next.end(Signal.SIGKILL);
    assertThat(answering(port)).containsExactly(answerOf(one));
    Worker last = balancer.start(spec, 0, 0).awaitListening().ready();
    assertThat(listenersAt(port)).isEqualTo(1);
    one.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(last));
  }

  @Test
  void queryLostWithThePreviousDaemonIsAnsweredWithTheSharedSocket() throws IOException {
    int port = freePort();
    AppSpec spec = web(Strategy.KERNEL, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    balancer.delivery = MessageDelivery.LOST;
    Worker next = balancer.start(spec, 0, 0);
    Eventually.await(
        "the new process has sent its query",
        BalancerFixture.DEADLINE,
        () -> !balancer.undelivered.isEmpty());

    balancer.rebootWithoutSockets();
    next.awaitListening();
    assertThat(listenersAt(port)).isEqualTo(1);
    assertThat(next.probe(port)).isEqualTo(answerOf(next));
    assertThat(answering(port)).containsExactly(answerOf(one));
  }

  private static long listenersAt(int port) throws IOException {
    String row = ":%04X 0".formatted(port);
    return Stream.of("tcp", "tcp6")
        .flatMap(name -> {
          try {
            return Files.readAllLines(Path.of("/proc/net", name)).stream();
          } catch (IOException error) {
            throw new UncheckedIOException(error);
          }
        })
        .filter(line -> line.contains(row) && line.contains(" 0A "))
        .count();
  }

  @Test
  void portTakenByAForeignProcessIsReboundWhenItIsFree() throws IOException {
    int port = freePort();
    AppSpec spec = web(Strategy.ROUND_ROBIN, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    AtomicReference<ServerSocket> stranger = new AtomicReference<>();
    balancer.reboot(() -> {
      balancer.host.listenSockets().orElseThrow().all().forEach(socket -> socket.close());
      try {
        stranger.set(new ServerSocket(port));
      } catch (IOException error) {
        throw new UncheckedIOException(error);
      }
    });
    Eventually.await(
        "the status reports the port as in use",
        BalancerFixture.DEADLINE,
        () -> balancer.status(one).reason().contains("port " + port + " is already in use"));
    stranger.get().close();
    one.awaitListening();
    awaitAnswering(port, answerOf(one));
    assertThat(balancer.status(one).reason()).doesNotContain("in use");
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void nextDaemonKnowsWhichProcessesAreReady(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = web(strategy, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    Worker three = balancer.start(spec, 2, 2).awaitListening().ready();
    three.setFit(false);
    awaitAnswering(port, answerOf(one));

    balancer.reboot();
    assertThat(two.probe(port)).isEqualTo(answerOf(two));
    assertThat(one.probe(port)).isEqualTo(answerOf(one));
    three.setFit(false);
    awaitAnswering(port, answerOf(one));

    two.ready();
    assertThat(BalancerFixture.await(one.drain())).isZero();
    awaitAnswering(port, answerOf(two));
    three.setFit(true);
    two.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(three));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void processThatReportedToThePreviousDaemonIsReachableByTheNext(Strategy strategy)
      throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(strategy, port), 0, 0).awaitListening();
    balancer.delivery = MessageDelivery.LATE;
    balancer.reboot();
    assertThat(one.probe(port)).isEqualTo(answerOf(one));
    one.ready();
    awaitAnswering(port, answerOf(one));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void probesReachEachProcessOfAnAppWithoutReadiness(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = BalancerFixture.server("web", strategy, "http", Integer.toString(port));
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    for (int n = 0; n < 3; n++) {
      assertThat(one.probe(port)).isEqualTo(answerOf(one));
      assertThat(two.probe(port)).isEqualTo(answerOf(two));
    }
    assertThat(answering(port)).contains(answerOf(one));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void processIsReachableOnlyWhileItsServerIsOpen(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec =
        withReadiness(
            BalancerFixture.node("web", strategy, "reopening.cjs", Integer.toString(port)));
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    awaitAnswering(port, answerOf(one));
    one.send("\"close\"");
    one.awaitOutput("closed");
    Eventually.await(
        "the process has no route",
        BalancerFixture.DEADLINE,
        () -> !(one.route(port) instanceof Route.Via));
    one.send("\"open\"");
    one.awaitOutput("again");
    awaitAnswering(port, answerOf(one));
    assertThat(one.probe(port)).isEqualTo(answerOf(one));
  }

  @Test
  void portsThatAreNotSharedAreReachedDirectly() throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(Strategy.KERNEL, port), 0, 0).awaitListening();
    assertThat(one.route(freePort())).isEqualTo(new Route.Direct());
  }

  @Test
  void probeHasNoRouteToThePortOfAnotherProcessOfTheApp() throws IOException {
    int shared = freePort();
    int own = freePort();
    AppSpec spec =
        BalancerFixture.node(
            "web", Strategy.KERNEL, "own.cjs", Integer.toString(shared), Integer.toString(own));
    Worker one = balancer.start(spec, 0, 0).awaitOutput("own listens");
    Worker two = balancer.start(spec, 1, 1).awaitOutput("own EADDRINUSE");
    assertThat(one.route(own)).isEqualTo(new Route.Direct());
    assertThat(two.route(own))
        .isEqualTo(
            new Route.Unreachable(
                "the process does not listen on port %d; pid %d, another process of the app, does"
                    .formatted(own, one.pid())));
    assertThat(two.route(freePort())).isEqualTo(new Route.Direct());
    one.end(Signal.SIGKILL);
    assertThat(two.route(own)).isEqualTo(new Route.Direct());
  }

  @Test
  void probeHasNoRouteToThePortOfAnotherApp() throws IOException {
    int port = freePort();
    balancer.start(web(Strategy.KERNEL, port), 0, 0).awaitListening().ready();
    Worker other =
        balancer
            .start(
                withReadiness(
                    BalancerFixture.server(
                        "api", Strategy.KERNEL, "http", Integer.toString(freePort()))),
                1,
                0)
            .awaitListening();
    assertThat(other.route(port))
        .isEqualTo(new Route.Unreachable("it does not listen on 127.0.0.1:" + port));
  }

  @Test
  void probesSentToAHangingWorkerAreLimited() throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(Strategy.KERNEL, port), 0, 0).awaitListening().ready();
    one.signal(Signal.SIGSTOP);
    List<HttpConnection> wires = new ArrayList<>();
    Eventually.await(
        "the hanging worker has no route",
        BalancerFixture.DEADLINE,
        () -> {
          if (one.route(port) instanceof Route.Via way) {
            try {
              wires.add(new HttpConnection(way.address().getPort()));
            } catch (IOException broken) {
              throw new AssertionError(broken);
            }
            return false;
          }
          return true;
        });
    assertThat(wires.size()).isBetween(4, 40);
    for (HttpConnection httpConnection : wires) {
      httpConnection.close();
    }
    one.signal(Signal.SIGCONT);
    Eventually.await(
        "the worker has a route again",
        BalancerFixture.DEADLINE,
        () -> one.route(port) instanceof Route.Via);
    assertThat(one.probe(port)).isEqualTo(answerOf(one));
  }
}
