package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.BalancerFixture.Worker;
import io.jpm.balancer.HttpLoad.HttpConnection;
import io.jpm.model.AppSpec;
import io.jpm.model.Strategy;
import io.jpm.model.process.Signal;
import io.jpm.os.ListenSocket;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Tests real Node processes that share the paths of Unix sockets.
@Timeout(180)
@Needs(Need.NODE)
class NodePathTest {
  private BalancerFixture balancer;
  private Path path = Path.of("");

  @BeforeEach
  void open(@TempDir Path dir) {
    balancer = new BalancerFixture(new LinuxProcessHost(), dir);
    path = dir.resolve("web.sock");
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private AppSpec web(Strategy strategy, String kind) {
    return BalancerFixture.server("web", strategy, kind, path.toString());
  }

  private String ask() throws IOException {
    try (HttpConnection httpConnection = new HttpConnection(path)) {
      return httpConnection.ask("/", false).body();
    }
  }

  private List<ListenSocket> open() {
    return balancer.host.listenSockets().orElseThrow().all();
  }

  private String mode() throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
  }

  private void awaitFileGone() {
    Eventually.await("the file is gone", BalancerFixture.DEADLINE, () -> !Files.exists(path));
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void workersShareAPathAndAreReplacedWithoutLoss(Strategy strategy) throws IOException {
    AppSpec spec = web(strategy, "http");
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    assertThat(one.reportedAddress()).contains(path.toString());
    assertThat(balancer.status(one).addresses()).containsExactly(path.toString());
    one.awaitOutput("listening \"" + path + "\"");
    Object file = Files.getAttribute(path, "unix:ino");

    try (var kept = new HttpLoad(path, 4, true);
        var closed = new HttpLoad(path, 2, false)) {
      Eventually.await(
          "requests are answered",
          BalancerFixture.DEADLINE,
          () -> kept.answered.get() > 50,
          () -> kept.failures);
      for (Worker old : List.of(one, two)) {
        balancer.start(spec, old.number, old.number).awaitListening();
        assertThat(BalancerFixture.await(old.drain())).isZero();
        old.end(Signal.SIGINT);
        old.awaitOutput("stopped well");
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
    }
    assertThat(Files.getAttribute(path, "unix:ino")).isEqualTo(file);
  }

  @Test
  void connectionsWaitForTheNextWorkerAndTheLastRemovesTheFile() throws IOException {
    Worker one = balancer.start(web(Strategy.KERNEL, "http"), 0, 0).awaitListening();
    one.end(Signal.SIGKILL);
    Worker next;
    try (HttpConnection waiting = new HttpConnection(path)) {
      waiting.write("GET / HTTP/1.1\r\nHost: x\r\n\r\n");
      next = balancer.start(web(Strategy.KERNEL, "http"), 0, 0);
      assertThat(waiting.read().body()).isEqualTo("worker 1 " + next.pid());
    }
    one.release();
    next.end(Signal.SIGKILL);
    assertThat(path).exists();
    next.release();
    awaitFileGone();
    assertThat(open()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void existingFileIsReportedAsEaddrinuseAndKept(Strategy strategy) throws IOException {
    Files.writeString(path, "precious");
    Worker one = balancer.start(web(strategy, "http"), 0, 0).awaitOutput("error EADDRINUSE bind");
    one.end(Signal.SIGKILL);
    one.release();
    assertThat(path).hasContent("precious");
    assertThat(open()).isEmpty();
  }

  @Test
  void missingDirectoryIsReportedAsEaccesAsByNode() {
    path = path.resolveSibling("absent").resolve("web.sock");
    balancer.start(web(Strategy.KERNEL, "http"), 0, 0).awaitOutput("error EACCES bind");
  }

  @Test
  void lastProgramThatUnlinksThePathReceivesTheConnections() throws IOException {
    Worker one = balancer.start(web(Strategy.KERNEL, "unlink"), 0, 0).awaitListening();
    Worker two = balancer.start(web(Strategy.KERNEL, "unlink"), 1, 1).awaitListening();
    assertThat(ask()).isEqualTo("worker 2 " + two.pid());
    Worker next = balancer.start(web(Strategy.KERNEL, "unlink"), 1, 1).awaitListening();
    assertThat(BalancerFixture.await(two.drain())).isZero();
    two.end(Signal.SIGINT);
    two.release();
    assertThat(ask()).isEqualTo("worker 2 " + next.pid());
    for (Worker last : List.of(one, next)) {
      last.end(Signal.SIGKILL);
      last.release();
    }
    awaitFileGone();
  }

  @Test
  void allProgramsThatUnlinkThePathAreReachedInRoundRobinMode() throws IOException {
    Worker one = balancer.start(web(Strategy.ROUND_ROBIN, "unlink"), 0, 0).awaitListening();
    Worker two = balancer.start(web(Strategy.ROUND_ROBIN, "unlink"), 1, 1).awaitListening();
    assertThat(List.of(ask(), ask()))
        .containsExactlyInAnyOrder("worker 1 " + one.pid(), "worker 2 " + two.pid());
  }

  @Test
  void fileThatReplacedTheSocketIsNotRemoved() throws IOException {
    Worker one = balancer.start(web(Strategy.KERNEL, "http"), 0, 0).awaitListening();
    Files.delete(path);
    Files.writeString(path, "precious");
    one.end(Signal.SIGKILL);
    one.release();
    Eventually.await("the socket is closed", BalancerFixture.DEADLINE, () -> open().isEmpty());
    assertThat(path).hasContent("precious");
  }

  @Test
  void fileModeFollowsTheUmaskAndOptionsOfTheProgram() throws IOException {
    Worker masked = balancer.start(web(Strategy.KERNEL, "masked"), 0, 0).awaitListening();
    assertThat(mode()).isEqualTo("rwx------");
    masked.end(Signal.SIGKILL);
    masked.release();
    awaitFileGone();
    balancer.start(web(Strategy.ROUND_ROBIN, "open"), 0, 0).awaitListening();
    assertThat(mode()).startsWith("rw").matches("rw.rw.rw.");
  }

  @Test
  void abstractSocketNamesAreShared() throws IOException {
    String name = "@jpm-" + ProcessHandle.current().pid() + ".sock";
    AppSpec spec = BalancerFixture.server("web", Strategy.KERNEL, "http", name);
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    balancer.start(spec, 1, 1).awaitListening();
    assertThat(one.reportedAddress()).contains(name);
    assertThat(Files.readAllLines(Path.of("/proc/net/unix")))
        .filteredOn(line -> line.endsWith(" " + name))
        .hasSize(1);
  }

  @Test
  void relativePathIsSharedAsAbsolutePath() throws IOException {
    AppSpec spec = BalancerFixture.server("web", Strategy.KERNEL, "http", "near.sock");
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    balancer.start(spec, 1, 1).awaitListening();
    path = Path.of(one.reportedAddress().orElseThrow());
    assertThat(path).isAbsolute().hasFileName("near.sock");
    one.awaitOutput("listening \"near.sock\"");
    assertThat(ask()).startsWith("worker");
  }

  @Test
  void pathThatIsTooLongIsLeftToTheProcess() {
    path = path.resolveSibling("x".repeat(108) + ".sock");
    Worker one = balancer.start(web(Strategy.KERNEL, "http"), 0, 0);
    Eventually.await(
        "the program listens or reports an error",
        BalancerFixture.DEADLINE,
        () -> one.output().contains("listening") || one.output().contains("error EINVAL"),
        one::output);
    assertThat(open()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(
      value = Strategy.class,
      names = {"KERNEL", "ROUND_ROBIN"})
  void nextDaemonKnowsWhichProcessesListenOnAPath(Strategy strategy) throws IOException {
    Worker one = balancer.start(web(strategy, "http"), 0, 0).awaitListening();
    Worker two = balancer.start(web(strategy, "http"), 1, 1).awaitListening();
    balancer.reboot();
    assertThat(one.awaitListening().reportedAddress()).contains(path.toString());
    two.awaitListening();
    assertThat(ask()).startsWith("worker");
    assertThat(BalancerFixture.await(one.drain())).isZero();
    one.end(Signal.SIGINT);
    one.release();
    assertThat(ask()).isEqualTo("worker 2 " + two.pid());
    two.end(Signal.SIGKILL);
    two.release();
    awaitFileGone();
  }
}
