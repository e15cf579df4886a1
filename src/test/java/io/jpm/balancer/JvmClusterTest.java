package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.BalancerFixture.Worker;
import io.jpm.balancer.HttpLoad.HttpConnection;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.process.Signal;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests real JVMs that share a port through the agent.
@Timeout(240)
class JvmClusterTest {
  private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin", "java");
  private static final Path SERVER = Path.of("examples/cluster/jvm/Server.java").toAbsolutePath();

  @TempDir static Path classes;

  private BalancerFixture balancer;

  @BeforeAll
  static void compile() {
    int code =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-d", classes.toString(), SERVER.toString());
    assertThat(code).isZero();
  }

  @BeforeEach
  void open(@TempDir Path dir) {
    balancer = new BalancerFixture(new LinuxProcessHost(), dir);
    balancer.environment.put("PORT", Integer.toString(FreePort.find()));
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  /// Returns an app whose class was compiled in advance, and not by each of its processes.
  private static AppSpec web() {
    List<String> arguments =
        List.of("-XX:TieredStopAtLevel=1", "-cp", classes.toString(), "Server");
    return web(new AppCommand(JAVA, Optional.empty(), List.of(), arguments));
  }

  private static AppSpec web(AppCommand appCommand) {
    return AppSpec.builder(new AppName("java-web"), appCommand, Path.of("/"))
        .cluster(BalancerFixture.cluster(BalancingMode.AUTO, Optional.empty(), List.of()))
        .build();
  }

  @Test
  @Tag("slow")
  void javaThatAShellStartsSharesItsPort() throws IOException {
    for (String line : List.of("exec '%s' %s", "cd / && A=1 '%s' %s > /dev/null; exit 3")) {
      var shell =
          new AppCommand(
              Path.of("/bin/bash"),
              Optional.empty(),
              List.of(),
              List.of("-c", line.formatted(JAVA, SERVER)));
      AppSpec spec = web(shell);
      Worker one = balancer.start(spec, 0, 0).awaitListening();
      Worker two = balancer.start(spec, 1, 1).awaitListening();
      assertThat(balancer.status(two).mode()).isEqualTo(BalancingMode.JVM);
      assertThat(balancer.status(two).reason()).isEqualTo("the program is java");
      assertThat(BalancerFixture.await(one.drain())).isZero();
      String answered = ask(two.port());
      assertThat(line.startsWith("exec") ? answered : two.pid() + " ").startsWith(two.pid() + " ");
      for (Worker worker : List.of(one, two)) {
        worker.end(Signal.SIGKILL);
        worker.release();
      }
    }
  }

  private static String ask(int port) throws IOException {
    try (HttpConnection httpConnection = new HttpConnection(port)) {
      return httpConnection.ask("/", false).body();
    }
  }

  @Test
  @Tag("slow")
  void appKeepsServingWhenItsSocketsAreLostWithTheDaemon() throws IOException {
    AppSpec spec = web();
    Worker one = balancer.start(spec, 0, 0).awaitListening();
    int port = one.port();
    Worker two = balancer.start(spec, 1, 1).awaitListening();

    balancer.rebootWithoutSockets();
    one.awaitListening();
    two.awaitListening();
    assertThat(balancer.reports).noneMatch(it -> it instanceof BalancerReport.Rebalanced);
    BalancerReply.Status status = balancer.status(one);
    assertThat(status.mode()).isEqualTo(BalancingMode.JVM);
    assertThat(status.addresses()).containsExactly(Integer.toString(port));

    two.end(Signal.SIGKILL);
    one.end(Signal.SIGKILL);
    // The daemon holds the sockets again: connections wait in them while no process runs.
    try (HttpConnection waiting = new HttpConnection(port)) {
      Worker next = balancer.start(spec, 0, 0).awaitListening();
      assertThat(waiting.ask("/", false).body()).startsWith(next.pid() + " ");
    }
  }

  @Test
  void otherInstanceAnswersAfterAKillAndDrainFailsNoRequest() throws IOException {
    AppSpec spec = web();
    AppSpec fromSource = web(new AppCommand(SERVER, Optional.of(JAVA), List.of(), List.of()));
    Worker one = balancer.start(fromSource, 0, 0).awaitListening();
    int port = one.port();
    Worker two = balancer.start(spec, 1, 1).awaitListening();
    BalancerReply.Status status = balancer.status(one);
    assertThat(status.mode()).isEqualTo(BalancingMode.JVM);
    assertThat(status.addresses()).containsExactly(Integer.toString(port));

    one.end(Signal.SIGKILL);
    for (int i = 0; i < 20; i++) {
      assertThat(ask(port)).startsWith(two.pid() + " ");
    }

    try (var kept = new HttpLoad(port, 4, true);
        var closed = new HttpLoad(port, 2, false)) {
      Eventually.await(
          "requests are answered",
          BalancerFixture.DEADLINE,
          () -> kept.answered.get() > 50,
          () -> kept.failures);
      Worker next = balancer.start(spec, 0, 0).awaitListening();
      assertThat(BalancerFixture.await(two.drain())).isZero();
      two.end(Signal.SIGTERM);
      two.release();
      int before = kept.answered.get();
      int beforeClosed = closed.answered.get();
      Eventually.await(
          "the new process answers",
          BalancerFixture.DEADLINE,
          () -> kept.answered.get() > before + 50 && closed.answered.get() > beforeClosed + 20);
      assertThat(kept.failures).isEmpty();
      assertThat(closed.failures).isEmpty();
      assertThat(ask(port)).startsWith(next.pid() + " ");
    }
  }
}
