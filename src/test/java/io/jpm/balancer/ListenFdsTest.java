package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.BalancerFixture.Worker;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ListenAddress;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Signal;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ListenSocket;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests programs that inherit their listening sockets through `LISTEN_FDS`.
@Timeout(120)
@Needs(Need.PYTHON)
class ListenFdsTest {
  private BalancerFixture balancer;

  @BeforeEach
  void open(@TempDir Path dir) {
    balancer = new BalancerFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private static ListenAddress freeAddress() throws IOException {
    return new ListenAddress("127.0.0.1", FreePort.find());
  }

  private static AppSpec app(ListenAddress... listen) {
    return app(List.of(), listen);
  }

  private static AppSpec app(List<String> arguments, ListenAddress... listen) {
    var appCommand =
        new AppCommand(
            Path.of("src/test/resources/balancer/activated.py").toAbsolutePath(),
            Optional.of(BalancerFixture.program("python3")),
            List.of(),
            arguments);
    return AppSpec.builder(new AppName("activated app"), appCommand, Path.of("/"))
        .cluster(
            BalancerFixture.cluster(BalancingMode.AUTO, Optional.empty(), Arrays.asList(listen)))
        .build();
  }

  private static String ask(ListenAddress at) throws IOException {
    try (Socket socket = new Socket(InetAddress.ofLiteral(at.host()), at.port())) {
      socket.setSoTimeout(TestDeadline.millis(30));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private List<String> open() {
    return balancer.host.listenSockets().orElseThrow().all().stream()
        .map(ListenSocket::key)
        .sorted()
        .toList();
  }

  @Test
  void socketsLostWithTheDaemonAreRecoveredFromTheProcess() throws IOException {
    ListenAddress at = freeAddress();
    Worker one = balancer.start(app(at), 0, 0).awaitOutput("ready").awaitListening();

    balancer.rebootWithoutSockets();
    assertThat(one.awaitListening().reportedAddress()).contains(at.toString());
    assertThat(open()).containsExactly("fds activated app " + at);
    one.end(Signal.SIGKILL);
    try (Socket waiting = new Socket(InetAddress.ofLiteral(at.host()), at.port())) {
      waiting.setSoTimeout(TestDeadline.millis(30));
      Worker two = balancer.start(app(at), 0, 0);
      assertThat(new String(waiting.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(Integer.toString(two.pid()));
    }
  }

  @Test
  void socketsAreInheritedInOrderAndKeptAcrossRestarts() throws IOException {
    ListenAddress first = freeAddress();
    ListenAddress second = freeAddress();
    AppSpec spec = app(first, second);
    Worker one = balancer.start(spec, 0, 0).awaitOutput("ready");
    assertThat(one.output())
        .startsWith(
            "mine True fds 2 names %d:%d ports %d %d"
                .formatted(first.port(), second.port(), first.port(), second.port()));
    assertThat(one.prepared().mustListen()).isTrue();
    assertThat(one.awaitListening().reportedAddress()).contains(first.toString());
    balancer.reboot();
    assertThat(one.awaitListening().reportedAddress()).contains(first.toString());
    assertThat(ask(first)).isEqualTo(Integer.toString(one.pid()));
    assertThat(balancer.status(one))
        .isEqualTo(
            new BalancerReply.Status(
                BalancingMode.LISTEN_FDS,
                "listen is set",
                "kernel",
                List.of(first.toString(), second.toString()),
                java.util.Map.of()));
    assertThat(BalancerFixture.await(one.drain())).isZero();

    one.end(Signal.SIGKILL);
    try (Socket waiting = new Socket(InetAddress.ofLiteral("127.0.0.1"), first.port())) {
      waiting.setSoTimeout(TestDeadline.millis(30));
      Worker two = balancer.start(spec, 0, 0);
      assertThat(new String(waiting.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .isEqualTo(Integer.toString(two.pid()));
      two.end(Signal.SIGKILL);
      two.release();
    }
    one.release();
    Eventually.await("all sockets are closed", BalancerFixture.DEADLINE, () -> open().isEmpty());
  }

  @Test
  void probeHasNoRouteToASocketThatAllInstancesInherit() throws IOException {
    ListenAddress address = freeAddress();
    Worker one = balancer.start(app(address), 0, 0).awaitListening();
    assertThat(one.route(address.port()))
        .isEqualTo(
            new Route.Unreachable(
                "all instances accept connections on %s (listen), so any of them could answer the probe"
                    .formatted(address)));
    assertThat(one.route(freeAddress().port())).isEqualTo(new Route.Direct());
  }

  @Test
  void removedAddressIsClosedWhenNoInstanceUsesIt() throws IOException {
    ListenAddress former = freeAddress();
    ListenAddress next = freeAddress();
    Worker one = balancer.start(app(former), 0, 0).awaitOutput("ready");
    Worker two = balancer.start(app(next), 0, 0).awaitOutput("ready");
    assertThat(open()).hasSize(2);
    assertThat(ask(former)).isEqualTo(Integer.toString(one.pid()));
    assertThat(ask(next)).isEqualTo(Integer.toString(two.pid()));
    one.end(Signal.SIGKILL);
    one.release();
    balancer.start(app(next), 1, 1).awaitOutput("ready");
    assertThat(open()).containsExactly("fds activated app " + next);
  }

  /// Reports whether an `accept` on the first socket of `worker` (descriptor 3) blocks.
  private static boolean blocks(Worker worker) throws IOException {
    String flags =
        Files.readAllLines(Path.of("/proc/" + worker.pid() + "/fdinfo/3")).stream()
            .filter(line -> line.startsWith("flags:"))
            .findFirst()
            .orElseThrow();
    return (Integer.parseInt(flags.substring("flags:".length()).strip(), 8) & 0x800) == 0;
  }

  /// Sockets are passed in blocking mode, as systemd does. A program that polls makes its socket
  /// nonblocking itself, which affects every process that shares it.
  @Test
  void inheritedSocketBlocksUnlessTheProgramPolls() throws IOException {
    ListenAddress address = freeAddress();
    Worker waiting = balancer.start(app(address), 0, 0).awaitListening();
    assertThat(blocks(waiting)).isTrue();
    assertThat(ask(address)).isEqualTo(Integer.toString(waiting.pid()));
    waiting.end(Signal.SIGKILL);

    AppSpec polls = app(List.of("poll"), address);
    Worker one = balancer.start(polls, 0, 0).awaitListening();
    assertThat(blocks(one)).isFalse();
    Worker two = balancer.start(polls, 1, 1).awaitListening();
    assertThat(blocks(one)).as("unchanged while another process has the socket").isFalse();
    one.end(Signal.SIGKILL);
    two.end(Signal.SIGKILL);
    balancer.reboot();

    Worker next = balancer.start(app(address), 0, 0).awaitListening();
    assertThat(blocks(next)).isTrue();
    assertThat(ask(address)).isEqualTo(Integer.toString(next.pid()));
  }

  @Test
  void portInUseIsReportedBeforeAProcessStarts() throws IOException {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.ofLiteral("127.0.0.1"))) {
      AppSpec spec = app(new ListenAddress("127.0.0.1", taken.getLocalPort()));
      BalancerReply reply =
          balancer.ask(new BalancerCommand.Prepare(new WorkerId(new InstanceId(0), 1, 1), 0, spec));
      assertThat(reply).isInstanceOf(BalancerReply.Refused.class);
      assertThat(((BalancerReply.Refused) reply).reason())
          .contains("127.0.0.1:" + taken.getLocalPort());
    }
  }
}
