package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.BalancerFixture.Hearing;
import io.jpm.balancer.BalancerFixture.Worker;
import io.jpm.balancer.HttpLoad.Wire;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppSpec;
import io.jpm.model.Readiness;
import io.jpm.model.Strategy;
import io.jpm.model.run.Signal;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Patience;
import io.jpm.testing.Representatives;
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
  void leavesNothingBehind() {
    balancer.close();
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  private static AppSpec told(AppSpec spec) {
    return spec.draft().readiness(new Readiness(true, Duration.ofMinutes(1))).build();
  }

  private static AppSpec web(Strategy strategy, int port) {
    return told(BalancerFixture.server("web", strategy, "http", Integer.toString(port)));
  }

  /// Returns the answers of the app to 30 clients, each on a connection of its own.
  private static Set<String> answering(int port) throws IOException {
    List<String> answers = new ArrayList<>();
    for (int n = 0; n < 30; n++) {
      try (Wire wire = new Wire(port)) {
        answers.add(wire.ask("/", false).body());
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
  void whoIsNotReadyGetsNoClientAndItsChecksAllTheSame(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = web(strategy, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    awaitAnswering(port, answerOf(one));

    for (int n = 0; n < 3; n++) {
      assertThat(two.check(port)).isEqualTo(answerOf(two));
      assertThat(one.check(port)).isEqualTo(answerOf(one));
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
  void clientsWaitUntilOneIsReady(Strategy strategy) throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(strategy, port), 0, 0).awaitListening();
    try (Wire waiting = new Wire(port)) {
      waiting.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      assertThat(one.check(port)).isEqualTo(answerOf(one));
      waiting.socket.setSoTimeout(300);
      assertThat(org.assertj.core.api.Assertions.catchThrowable(waiting::read))
          .isInstanceOf(java.net.SocketTimeoutException.class);
      one.ready();
      waiting.socket.setSoTimeout(Patience.millis(30));
      assertThat(waiting.read().body()).isEqualTo(answerOf(one));
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void whoIsNotFitGetsNoClientAsLongAsAnotherIs(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = web(strategy, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    Worker two = balancer.start(spec, 1, 1).awaitListening().ready();

    one.fit(false);
    awaitAnswering(port, answerOf(two));
    assertThat(one.check(port)).isEqualTo(answerOf(one));
    assertThat(balancer.status(one).reason()).contains("its readiness check fails");
    assertThat(balancer.status(two).reason()).doesNotContain("readiness");
    two.fit(false);
    two.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(one));

    Worker three = balancer.start(spec, 1, 1).awaitListening().ready();
    awaitAnswering(port, answerOf(three));
    one.fit(true);
    three.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(one));
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void clientsAreAnsweredAfterTheSocketsDiedWithTheDaemonDuringAReload(Strategy strategy)
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
    assertThat(one.check(port)).isEqualTo(answerOf(one));
    assertThat(next.check(port)).isEqualTo(answerOf(next));
    assertThat(answering(port)).containsExactly(answerOf(one));

    next.end(Signal.SIGKILL);
    assertThat(answering(port)).containsExactly(answerOf(one));
    Worker last = balancer.start(spec, 0, 0).awaitListening().ready();
    assertThat(listenersAt(port)).isEqualTo(1);
    one.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(last));
  }

  @Test
  void whoAskedTheFormerDaemonInVainGetsTheSocketThatTheOthersHave() throws IOException {
    int port = freePort();
    AppSpec spec = web(Strategy.KERNEL, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    balancer.hearing = Hearing.LOST;
    Worker next = balancer.start(spec, 0, 0);
    Eventually.await(
        "the new process has sent its query",
        BalancerFixture.DEADLINE,
        () -> !balancer.unheard.isEmpty());

    balancer.rebootWithoutSockets();
    next.awaitListening();
    assertThat(listenersAt(port)).isEqualTo(1);
    assertThat(next.check(port)).isEqualTo(answerOf(next));
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
  void aPortThatAStrangerTakesMeanwhileIsTakenBackWhenItIsFree() throws IOException {
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
        () -> balancer.status(one).reason().contains("port " + port + " is in use already"));
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
  void theNextDaemonKnowsWhoIsReady(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = web(strategy, port);
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    Worker three = balancer.start(spec, 2, 2).awaitListening().ready();
    three.fit(false);
    awaitAnswering(port, answerOf(one));

    balancer.reboot();
    assertThat(two.check(port)).isEqualTo(answerOf(two));
    assertThat(one.check(port)).isEqualTo(answerOf(one));
    three.fit(false);
    awaitAnswering(port, answerOf(one));

    two.ready();
    assertThat(BalancerFixture.await(one.drain())).isZero();
    awaitAnswering(port, answerOf(two));
    three.fit(true);
    two.end(Signal.SIGKILL);
    awaitAnswering(port, answerOf(three));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void whoHasSaidThatItListensToADaemonThatIsGoneIsReachedByTheNext(Strategy strategy)
      throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(strategy, port), 0, 0).awaitListening();
    balancer.hearing = Hearing.LATE;
    balancer.reboot();
    assertThat(one.check(port)).isEqualTo(answerOf(one));
    one.ready();
    awaitAnswering(port, answerOf(one));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void whoNeedsNotBeReadyIsReachedByItself(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec = BalancerFixture.server("web", strategy, "http", Integer.toString(port));
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    for (int n = 0; n < 3; n++) {
      assertThat(one.check(port)).isEqualTo(answerOf(one));
      assertThat(two.check(port)).isEqualTo(answerOf(two));
    }
    assertThat(answering(port)).contains(answerOf(one));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void whoCloseItsServerIsNotReachedAndWhoListensAgainIs(Strategy strategy) throws IOException {
    int port = freePort();
    AppSpec spec =
        told(BalancerFixture.node("web", strategy, "reopening.cjs", Integer.toString(port)));
    Worker one = balancer.start(spec, 0, 0).awaitListening().ready();
    awaitAnswering(port, answerOf(one));
    one.send("\"close\"");
    one.awaitOutput("closed");
    Eventually.await(
        "the process has no route",
        BalancerFixture.DEADLINE,
        () -> !(one.reach(port) instanceof Route.Through));
    one.send("\"open\"");
    one.awaitOutput("again");
    awaitAnswering(port, answerOf(one));
    assertThat(one.check(port)).isEqualTo(answerOf(one));
  }

  @Test
  void portsThatAreNotSharedAreReachedDirectly() throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(Strategy.KERNEL, port), 0, 0).awaitListening();
    assertThat(one.reach(freePort())).isEqualTo(new Route.Direct());
  }

  @Test
  void aPortThatAnotherProcessOfTheAppHasIsNotItsOwn() throws IOException {
    int shared = freePort();
    int own = freePort();
    AppSpec spec =
        BalancerFixture.node(
            "web", Strategy.KERNEL, "own.cjs", Integer.toString(shared), Integer.toString(own));
    Worker one = balancer.start(spec, 0, 0).awaitOutput("own listens");
    Worker two = balancer.start(spec, 1, 1).awaitOutput("own EADDRINUSE");
    assertThat(one.reach(own)).isEqualTo(new Route.Direct());
    assertThat(two.reach(own))
        .isEqualTo(
            new Route.Nowhere(
                "port %d belongs to pid %d, another process of the app; the process itself does not listen there"
                    .formatted(own, one.pid())));
    assertThat(two.reach(freePort())).isEqualTo(new Route.Direct());
    one.end(Signal.SIGKILL);
    assertThat(two.reach(own)).isEqualTo(new Route.Direct());
  }

  @Test
  void whereAnotherListensItIsNotAsked() throws IOException {
    int port = freePort();
    balancer.start(web(Strategy.KERNEL, port), 0, 0).awaitListening().ready();
    Worker other =
        balancer
            .start(
                told(
                    BalancerFixture.server(
                        "api", Strategy.KERNEL, "http", Integer.toString(freePort()))),
                1,
                0)
            .awaitListening();
    assertThat(other.reach(port))
        .isEqualTo(new Route.Nowhere("it does not listen on 127.0.0.1:" + port));
  }

  @Test
  void aWorkerThatHangsIsNotSentChecksWithoutEnd() throws IOException {
    int port = freePort();
    Worker one = balancer.start(web(Strategy.KERNEL, port), 0, 0).awaitListening().ready();
    one.signal(Signal.SIGSTOP);
    List<Wire> wires = new ArrayList<>();
    Eventually.await(
        "the hanging worker has no route",
        BalancerFixture.DEADLINE,
        () -> {
          if (one.reach(port) instanceof Route.Through way) {
            try {
              wires.add(new Wire(way.address().getPort()));
            } catch (IOException broken) {
              throw new AssertionError(broken);
            }
            return false;
          }
          return true;
        });
    assertThat(wires.size()).isBetween(4, 40);
    for (Wire wire : wires) {
      wire.close();
    }
    one.signal(Signal.SIGCONT);
    Eventually.await(
        "the worker has a route again",
        BalancerFixture.DEADLINE,
        () -> one.reach(port) instanceof Route.Through);
    assertThat(one.check(port)).isEqualTo(answerOf(one));
  }
}
