package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.BalancerFixture.MessageDelivery;
import io.jpm.balancer.BalancerFixture.Worker;
import io.jpm.balancer.HttpLoad.HttpConnection;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.RunAs;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Signal;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Tests real Node processes that share ports.
@Timeout(180)
@Needs(Need.NODE)
class NodeClusterTest {
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

  private static String ask(int port) throws IOException {
    try (HttpConnection httpConnection = new HttpConnection(port)) {
      return httpConnection.ask("/", false).body();
    }
  }

  private static AppSpec web(Strategy strategy, int port) {
    return BalancerFixture.server("web", strategy, "http", Integer.toString(port));
  }

  @Test
  void nodeThatAShellStartsSharesItsPort() throws IOException {
    List<String> words = web(Strategy.KERNEL, freePort()).command().argv();
    String line = "cd / && A=1 '%s'; exit 3".formatted(String.join("' '", words));
    var shell =
        new AppCommand(Path.of("/bin/bash"), Optional.empty(), List.of(), List.of("-c", line));
    AppSpec spec =
        AppSpec.builder(new AppName("web"), shell, Path.of("/"))
            .cluster(BalancerFixture.cluster(BalancingMode.AUTO, Optional.empty(), List.of()))
            .build();
    balancer.environment.put("NODE_OPTIONS", "--no-warnings");
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    assertThat(balancer.status(one).mode()).isEqualTo(BalancingMode.NODE);
    assertThat(BalancerFixture.await(one.drain())).isZero();
    assertThat(ask(two.port())).isNotEmpty();
    assertThat(BalancerFixture.await(two.drain())).isZero();
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void workersShareAPortAndAreReplacedWithoutFailures(Strategy strategy) throws IOException {
    AppSpec spec = web(strategy, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    int port = one.port();

    assertThat(one.reportedAddress()).contains("*:" + port);
    BalancerReply.Status status = balancer.status(one);
    assertThat(status.mode()).isEqualTo(BalancingMode.NODE);
    assertThat(status.reason()).isEqualTo("the program is node");
    assertThat(status.strategy()).isEqualTo(strategy.keyword());
    assertThat(status.addresses()).containsExactly("*:" + port);

    try (var kept = new HttpLoad(port, 4, true);
        var closed = new HttpLoad(port, 2, false)) {
      Eventually.await(
          "requests are answered",
          BalancerFixture.DEADLINE,
          () -> kept.answered.get() > 50,
          () -> kept.failures);
      for (Worker old : List.of(one, two)) {
        balancer.start(spec, old.number, old.number).awaitListening();
        assertThat(BalancerFixture.await(old.drain())).isZero();
        old.end(Signal.SIGINT);
        old.release();
      }
      int before = kept.answered.get();
      int beforeClosed = closed.answered.get();
      Eventually.await(
          "the new processes answer",
          BalancerFixture.DEADLINE,
          () -> kept.answered.get() > before + 50 && closed.answered.get() > beforeClosed + 20);
      assertThat(kept.failures).isEmpty();
      assertThat(closed.failures).isEmpty();
      assertThat(String.join("|", closed.answers))
          .contains("worker 1 " + one.pid(), "worker 2 " + two.pid());
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void workersKeepServingWhenTheirSocketIsLostWithTheDaemon(Strategy strategy) throws IOException {
    AppSpec spec = web(strategy, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    int port = one.port();

    balancer.rebootWithoutSockets();
    one.awaitListening();
    two.awaitListening();
    assertThat(ask(port)).isNotEmpty();
    assertThat(balancer.status(one).addresses()).containsExactly("*:" + port);

    two.end(Signal.SIGKILL);
    one.end(Signal.SIGKILL);
    // The daemon holds the socket again: connections wait in it while no process runs.
    try (HttpConnection waiting = new HttpConnection(port)) {
      Worker next = balancer.start(spec, 0, 0).awaitListening();
      assertThat(waiting.ask("/", false).body()).contains(Integer.toString(next.pid()));
    }
  }

  @Test
  void workerCannotClaimTheSocketOfAnotherApp() throws IOException {
    String port = Integer.toString(freePort());
    Worker victim =
        balancer.start(BalancerFixture.server("victim", Strategy.KERNEL, "http", port), 0, 0);
    victim.awaitListening();
    Worker thief =
        balancer.start(BalancerFixture.node("thief", Strategy.KERNEL, "thief.cjs", port), 1, 0);
    thief.awaitOutput("claimed");
    assertThat(socketKeys()).noneMatch(key -> key.startsWith("node thief :::" + port));

    balancer.reboot();
    thief.awaitOutput("claimed\nclaimed");
    assertThat(socketKeys()).noneMatch(key -> key.startsWith("node thief :::" + port));
    assertThat(ask(Integer.parseInt(port))).isEqualTo("worker 1 " + victim.pid());
  }

  private List<String> socketKeys() {
    return balancer.host.listenSockets().orElseThrow().all().stream()
        .map(ListenSocket::key)
        .toList();
  }

  @Test
  void portOfAForeignProcessIsRefusedBeforeAWorkerStarts() throws Exception {
    int port = freePort();
    Process stranger =
        new ProcessBuilder(
                "node", "-e", "require('net').createServer().listen(" + port + ", '0.0.0.0')")
            .start();
    try {
      Eventually.await(
          "the foreign process listens",
          BalancerFixture.DEADLINE,
          () -> balancer.host.listeners().stream().anyMatch(it -> it.address().getPort() == port));
      ClusterSettings base = ClusterSettings.auto();
      AppSpec spec =
          web(Strategy.KERNEL, port).toBuilder()
              .cluster(
                  new ClusterSettings(
                      true,
                      base.balance(),
                      base.strategy(),
                      OptionalInt.of(port),
                      List.of(),
                      base.drain(),
                      base.proxyProtocol()))
              .build();
      var worker = new WorkerId(new InstanceId(0), 1, 1);
      assertThat(balancer.ask(new BalancerCommand.Prepare(worker, 0, spec)))
          .isInstanceOfSatisfying(
              BalancerReply.Refused.class,
              refused ->
                  assertThat(refused.reason())
                      .contains(
                          "port %d is already in use by pid %d (node)"
                              .formatted(port, stranger.pid())));
    } finally {
      stranger.destroyForcibly().waitFor();
    }
  }

  @Test
  void roundRobinDistributesConnectionsEvenly() throws IOException {
    AppSpec spec = web(Strategy.ROUND_ROBIN, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();

    List<String> answers = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      answers.add(ask(one.port()));
    }
    assertThat(answers.stream().collect(Collectors.groupingBy(it -> it, Collectors.counting())))
        .containsEntry("worker 1 " + one.pid(), 10L)
        .containsEntry("worker 2 " + two.pid(), 10L);
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void connectionsWaitForTheReplacementOfAKilledWorker(Strategy strategy) throws IOException {
    AppSpec spec = web(strategy, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    int port = one.port();
    one.end(Signal.SIGKILL);
    try (HttpConnection waiting = new HttpConnection(port)) {
      waiting.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      Worker next = balancer.start(spec, 0, 0);
      assertThat(waiting.read().body()).isEqualTo("worker 1 " + next.pid());
    }
  }

  @Test
  void connectionsSentToAKilledWorkerGoToTheNext() throws IOException {
    AppSpec spec = web(Strategy.ROUND_ROBIN, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    one.signal(Signal.SIGSTOP);
    List<HttpConnection> waiting = new ArrayList<>();
    for (int n = 0; n < 12; n++) {
      HttpConnection httpConnection = new HttpConnection(two.port());
      httpConnection.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      waiting.add(httpConnection);
    }
    one.end(Signal.SIGKILL);
    for (HttpConnection httpConnection : waiting) {
      assertThat(httpConnection.read().body()).isEqualTo("worker 2 " + two.pid());
      httpConnection.close();
    }
  }

  @Test
  void appsShareAFixedPortButNotAnEphemeralOne() throws IOException {
    String port = Integer.toString(freePort());
    Worker one =
        balancer.start(BalancerFixture.server("a", Strategy.ROUND_ROBIN, "http", port), 0, 0);
    one.awaitListening();
    Worker other =
        balancer.start(BalancerFixture.server("b", Strategy.ROUND_ROBIN, "http", port), 1, 0);
    other.awaitListening();
    assertThat(List.of(ask(one.port()), ask(one.port())))
        .containsExactlyInAnyOrder("worker 1 " + one.pid(), "worker 1 " + other.pid());

    AppSpec free = BalancerFixture.server("c", Strategy.KERNEL, "http", "127.0.0.1:0");
    Worker first = balancer.start(free, 2, 0).awaitListening();
    Worker second = balancer.start(free, 3, 1).awaitListening();
    Worker stranger =
        balancer
            .start(BalancerFixture.server("d", Strategy.KERNEL, "http", "127.0.0.1:0"), 4, 0)
            .awaitListening();
    assertThat(second.port()).isEqualTo(first.port());
    assertThat(stranger.port()).isNotEqualTo(first.port());
  }

  @Test
  void portInUseIsReportedToTheProgramAsEaddrinuse() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      String place = "127.0.0.1:" + taken.getLocalPort();
      for (Strategy strategy : List.of(Strategy.KERNEL, Strategy.ROUND_ROBIN)) {
        balancer
            .start(BalancerFixture.server(strategy.keyword(), strategy, "http", place), 0, 0)
            .awaitOutput("error EADDRINUSE bind " + taken.getLocalPort());
      }
    }
  }

  @Test
  void processCanListenOnSeveralPortsButNotTwiceOnOne() throws IOException {
    String port = Integer.toString(freePort());
    AppSpec spec = BalancerFixture.server("several", Strategy.KERNEL, "several", port);
    Worker one = balancer.start(spec, 0, 0).awaitOutput("third EADDRINUSE");
    Worker two = balancer.start(spec, 1, 1).awaitOutput("third EADDRINUSE");
    one.awaitOutput("listening {\"address\":\"::\",\"family\":\"IPv6\"");
    assertThat(one.output().lines().filter(line -> line.startsWith("second")).toList())
        .isEqualTo(two.output().lines().filter(line -> line.startsWith("second")).toList());
    assertThat(balancer.status(one).addresses()).hasSize(2).contains("*:" + port);
  }

  /// Each port takes a descriptor of the daemon.
  @Test
  void numberOfPortsOfAnAppIsLimited() throws IOException {
    AppSpec spec = BalancerFixture.server("many", Strategy.KERNEL, "many", "300");
    Worker one = balancer.start(spec, 0, 0).awaitOutput("many ");
    assertThat(one.output()).contains("\"EMFILE\":44", "\"fine\":256");
    Worker other =
        balancer
            .start(BalancerFixture.server("other", Strategy.KERNEL, "several", "0"), 0, 0)
            .awaitOutput("second ");
    other.awaitOutput("listening ");
  }

  @Test
  void serverKnowsItsAddressInRoundRobinMode() throws IOException {
    int port = freePort();
    Worker six =
        balancer.start(
            BalancerFixture.server("six", Strategy.ROUND_ROBIN, "http", "::1:" + port), 0, 0);
    six.awaitOutput("listening {\"address\":\"::1\",\"family\":\"IPv6\",\"port\":" + port + "}");
    assertThat(six.awaitListening().reportedAddress()).contains("[::1]:" + port);
    Worker four =
        balancer.start(
            BalancerFixture.server("four", Strategy.ROUND_ROBIN, "http", "127.0.0.1:" + port),
            1,
            0);
    four.awaitOutput(
        "listening {\"address\":\"127.0.0.1\",\"family\":\"IPv4\",\"port\":" + port + "}");
  }

  @Test
  void datagramsAreShared() throws IOException {
    int port = freePort();
    AppSpec spec =
        BalancerFixture.server("udp", Strategy.ROUND_ROBIN, "udp", Integer.toString(port));
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    balancer.start(spec, 1, 1).awaitListening();
    assertThat(one.reportedAddress()).contains("udp 127.0.0.1:" + port);
    try (DatagramSocket socket = new DatagramSocket()) {
      socket.setSoTimeout(TestDeadline.millis(30));
      byte[] hello = "hello".getBytes(StandardCharsets.UTF_8);
      socket.send(
          new DatagramPacket(hello, hello.length, InetAddress.ofLiteral("127.0.0.1"), port));
      DatagramPacket answer = new DatagramPacket(new byte[100], 100);
      socket.receive(answer);
      assertThat(new String(answer.getData(), 0, answer.getLength(), StandardCharsets.UTF_8))
          .startsWith("worker")
          .endsWith("hello");
    }
  }

  @Test
  void portIsReleasedWhenAServerClosesWhileItsProcessRuns() throws IOException {
    AppSpec spec = web(Strategy.KERNEL, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    int port = one.port();
    try (HttpConnection httpConnection = new HttpConnection(port)) {
      assertThat(httpConnection.ask("/close", false).body()).isEqualTo("closing");
    }
    one.awaitOutput("closed well");
    Eventually.await("the port is free", BalancerFixture.DEADLINE, () -> refuses(port));
  }

  private static boolean refuses(int port) {
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), port)) {
      return !socket.isConnected();
    } catch (IOException refused) {
      return true;
    }
  }

  @Test
  void thePortIsClosedWhenTheLastInstanceIsReleased() throws IOException {
    AppSpec spec = web(Strategy.KERNEL, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    int port = one.port();
    one.end(Signal.SIGKILL);
    one.release();
    two.end(Signal.SIGKILL);
    assertThat(refuses(port)).isFalse();
    two.release();
    Eventually.await("the port is free", BalancerFixture.DEADLINE, () -> refuses(port));
    assertThat(balancer.host.listenSockets().orElseThrow().all()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void theNextDaemonKnowsWhereWorkersListen(Strategy strategy) throws IOException {
    AppSpec spec = web(strategy, freePort());
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    int port = one.port();

    balancer.reboot();

    one.awaitListening();
    two.awaitListening();
    assertThat(one.port()).isEqualTo(port);
    List<String> answers = List.of(ask(port), ask(port));
    if (strategy == Strategy.ROUND_ROBIN) {
      assertThat(answers)
          .containsExactlyInAnyOrder("worker 1 " + one.pid(), "worker 2 " + two.pid());
    }
    assertThat(BalancerFixture.await(one.drain())).isZero();
    one.end(Signal.SIGKILL);
    one.release();
    assertThat(ask(port)).isEqualTo("worker 2 " + two.pid());
    two.end(Signal.SIGKILL);
    two.release();
    Eventually.await("the port is free", BalancerFixture.DEADLINE, () -> refuses(port));
  }

  private void awaitUndelivered(String act, int times) {
    Eventually.await(
        act + " is sent",
        BalancerFixture.DEADLINE,
        () ->
            balancer.undelivered.stream().filter(said -> said.toString().contains(act)).count()
                == times,
        () -> balancer.undelivered);
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void queryThatADaemonReadBeforeItEndedIsAnsweredByTheNext(Strategy strategy) throws IOException {
    balancer.delivery = MessageDelivery.LOST;
    Worker one = balancer.start(web(strategy, freePort()), 0, 0);
    awaitUndelivered("queryServer", 1);
    balancer.reboot();
    assertThat(ask(one.port())).isEqualTo("worker 1 " + one.pid());
  }

  @Test
  void querySentWithoutADaemonIsAnsweredOnce() throws IOException {
    balancer.delivery = MessageDelivery.LATE;
    Worker one = balancer.start(web(Strategy.KERNEL, freePort()), 0, 0);
    awaitUndelivered("queryServer", 1);
    balancer.reboot();
    assertThat(ask(one.port())).isEqualTo("worker 1 " + one.pid());
    one.send("\"hello\"");
    Eventually.await(
        "the worker answers a message",
        BalancerFixture.DEADLINE,
        () -> !one.messages().isEmpty(),
        one::output);
    assertThat(one.output()).doesNotContain("error");
  }

  @Test
  void oneOfTwoAppsWithOverlappingAddressesIsRefused() throws IOException {
    String port = Integer.toString(freePort());
    balancer.delivery = MessageDelivery.LATE;
    Worker wide =
        balancer.start(BalancerFixture.server("wide", Strategy.KERNEL, "http", port), 0, 0);
    Worker local =
        balancer.start(
            BalancerFixture.server("local", Strategy.KERNEL, "http", "127.0.0.1:" + port), 1, 0);
    awaitUndelivered("queryServer", 2);
    balancer.reboot();
    Eventually.await(
        "one app is refused",
        BalancerFixture.DEADLINE,
        () -> (wide.output() + local.output()).contains("error EADDRINUSE"));
    Eventually.await(
        "the other app listens",
        BalancerFixture.DEADLINE,
        () -> (wide.output() + local.output()).contains("listening"));
    Eventually.await(
        "one socket is open",
        BalancerFixture.DEADLINE,
        () -> balancer.host.listenSockets().orElseThrow().all().size() == 1);
  }

  @Test
  void drainedWorkerReportsToTheNextDaemonToo() throws IOException {
    AppSpec web = web(Strategy.KERNEL, freePort());
    ClusterSettings patient =
        new ClusterSettings(
            true,
            BalancingMode.AUTO,
            web.cluster().strategy(),
            OptionalInt.empty(),
            List.of(),
            BalancerFixture.DEADLINE.multipliedBy(10),
            ProxyProtocol.NONE);
    Worker one = balancer.start(web.toBuilder().cluster(patient).build(), 0, 0).awaitListening();
    balancer.delivery = MessageDelivery.LOST;
    Future<Integer> lost = one.drain();
    awaitUndelivered("drained", 1);
    balancer.reboot();
    assertThat(BalancerFixture.await(one.drain())).isZero();
    Eventually.await(
        "the first drain command is answered", BalancerFixture.DEADLINE, lost::isComplete);
  }

  @Test
  void nextDaemonClosesOnlyUnclaimedSockets() throws IOException {
    Worker kernel = balancer.start(web(Strategy.KERNEL, freePort()), 0, 0).awaitListening();
    Worker turn =
        balancer
            .start(
                BalancerFixture.server(
                    "turn", Strategy.ROUND_ROBIN, "http", Integer.toString(freePort())),
                1,
                0)
            .awaitListening();
    int port = kernel.port();
    int turnPort = turn.port();
    ListenSocketRegistry sockets = balancer.host.listenSockets().orElseThrow();
    for (String key : List.of("node gone *:0:4:0", "fds gone 127.0.0.1:0", "jvm gone v4 0")) {
      sockets.open(
          key,
          new ListenSocketRegistry.ListenRequest(
              ListenSocketRegistry.Protocol.TCP,
              Optional.of(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)),
              false,
              false,
              0,
              RunAs.DAEMON));
    }
    balancer.unclaimed = Duration.ofSeconds(4);
    balancer.reboot();
    Eventually.await(
        "the unclaimed sockets are closed",
        BalancerFixture.DEADLINE,
        () -> sockets.all().size() == 2,
        sockets::all);
    assertThat(sockets.all().stream().map(it -> it.address().orElseThrow().getPort()))
        .containsExactlyInAnyOrder(port, turnPort);
    assertThat(ask(port)).isEqualTo("worker 1 " + kernel.pid());
    assertThat(ask(turnPort)).isEqualTo("worker 1 " + turn.pid());
  }

  @Test
  void messagesOfTheAppAreUnaffectedByADrain() throws IOException {
    Worker one = balancer.start(web(Strategy.KERNEL, freePort()), 0, 0).awaitListening();
    one.send("{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}");
    one.send("\"hello\"");
    Future<Integer> drained = one.drain();
    assertThat(BalancerFixture.await(drained)).isZero();
    one.send("\"again\"");
    Eventually.await(
        "both messages arrive",
        BalancerFixture.DEADLINE,
        () -> one.messages().size() == 3,
        one::messages);
    assertThat(one.messages())
        .containsExactly(
            "{\"type\":\"jpm:reads-messages\",\"data\":{\"now\":true}}",
            "{\"got\":\"hello\"}",
            "{\"got\":\"again\"}");
  }
}
