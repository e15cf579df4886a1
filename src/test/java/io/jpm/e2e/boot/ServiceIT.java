package io.jpm.e2e.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.os.linux.DatagramReceiver;
import io.jpm.testing.Eventually;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The daemon as a system service, and one build that takes over from another.
@Timeout(300)
class ServiceIT extends EndToEndTestBase {
  private static final String TICKER =
      """
      #!/bin/bash
      exec 9<> <(:); wait $!
      n=0
      while :; do n=$((n+1)); echo "tick $n"; read -rt 0.01 -u 9; done
      """;

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"bash", "java"})
  void anUpdateKeepsPidsCountersAndEveryLine(String client) throws Exception {
    jpm.environment("JPM_CLIENT", client);
    Path script = jpm.script("ticker.sh", TICKER);
    jpm.run("start", script.toString(), "-i", "2").ok();
    List<Integer> pids = pids();
    List<Long> started = uptimes();
    for (int round = 0; round < 2; round++) {
      long old = jpm.daemonPid();
      Jpm.Result update = jpm.run("update").ok();
      assertThat(update.out())
          .contains("(pid " + old + ") is handing over to the new daemon")
          .contains("ticker", "online");
      assertThat(jpm.daemonPid()).isNotEqualTo(old);
      assertThat(Jpm.running((int) old)).isFalse();
      assertThat(pids()).isEqualTo(pids);
      assertThat(uptimes()).isEqualTo(started);
      assertThat(jpm.restarts("ticker")).isZero();
      int lines = jpm.log("ticker-out-0.log").size();
      Eventually.await("ticker continues", Jpm.LONG, () -> size("ticker-out-0.log") > lines + 20);
    }
    jpm.run("stop", "all").ok();
    List<String> log = jpm.log("ticker-out-0.log");
    assertThat(log)
        .isEqualTo(IntStream.rangeClosed(1, log.size()).mapToObj(n -> "tick " + n).toList());
  }

  private int size(String file) {
    try {
      return jpm.log(file).size();
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private List<Integer> pids() {
    return jpm.list().stream().map(app -> app.getInteger("pid")).toList();
  }

  private List<Long> uptimes() {
    return jpm.list().stream()
        .map(app -> app.getJsonObject("pm2_env").getLong("pm_uptime"))
        .toList();
  }

  @Test
  @Tag("slow")
  void anUpdateWithoutADaemonStartsOne() {
    Jpm.Result result = jpm.run("update").ok();
    assertThat(result.err()).contains("no daemon is running");
    assertThat(result.out()).contains("No apps yet");
  }

  @Test
  void failedUpdateLeavesTheAppsRunningAndSaysHowToGoBack() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    int pid = jpm.pid("ticker");
    jpm.settings("{ broken");
    Jpm.Result result = jpm.run("update").failed();
    assertThat(result.err())
        .contains("did not start", "jpm.log", "apps keep running", "To go back");
    assertThat(Jpm.running(pid)).isTrue();
    Files.delete(jpm.home().resolve("jpm.json"));
    assertThat(jpm.pid("ticker")).isEqualTo(pid);
  }

  @Test
  void foregroundDaemonEndsOnSigtermAndAppsContinue() throws Exception {
    Process daemon = jpm.begin("daemon");
    jpm.awaitDaemon();
    assertThat(jpm.daemonPid()).as("the pid of the daemon").isEqualTo(daemon.pid());
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    int pid = jpm.pid("ticker");
    Jpm.Result second = jpm.run("daemon").failed();
    assertThat(second.code()).isEqualTo(1);
    assertThat(second.err())
        .contains("a daemon is running already (pid " + daemon.pid())
        .hasLineCount(1);
    daemon.destroy();
    assertThat(daemon.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(daemon.exitValue()).isEqualTo(143);
    assertThat(Jpm.running(pid)).isTrue();
    assertThat(jpm.pid("ticker")).isEqualTo(pid);
  }

  @Test
  @Tag("slow")
  void aDaemonThatCannotStartInTheForegroundSaysWhyAndFails() throws Exception {
    jpm.settings("{ broken");
    Jpm.Result result = Jpm.finish(jpm.begin("daemon"));
    assertThat(result.code()).isEqualTo(1);
    assertThat(result.out()).startsWith("jpm: ").contains("jpm.json").hasLineCount(1);
    Files.delete(jpm.home().resolve("jpm.json"));
  }

  @Test
  @Tag("slow")
  void killEndsTheForegroundDaemonWithZeroAndUpdateRequestsARestart() throws Exception {
    Process first = jpm.begin("daemon");
    jpm.awaitDaemon();
    jpm.run("kill").ok();
    assertThat(first.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(first.exitValue()).isZero();

    Process second = jpm.begin("daemon");
    jpm.awaitDaemon();
    Process update = jpm.begin("update");
    assertThat(second.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(second.exitValue()).as("RestartForceExitStatus of the unit").isEqualTo(75);
    Jpm.finish(update).ok(); // without a service manager, it starts the daemon itself
  }

  @Test
  @Tag("slow")
  void serviceManagerIsNotifiedOfTheDaemonsState() throws Exception {
    String address = "@jpm-" + UUID.randomUUID();
    try (DatagramReceiver manager = new DatagramReceiver(address)) {
      jpm.environment("NOTIFY_SOCKET", address);
      jpm.environment("WATCHDOG_USEC", "400000");
      Process daemon = jpm.begin("daemon");
      await(manager, "READY=1");
      assertThat(manager.letters().getFirst())
          .startsWith("READY=1 MAINPID=" + daemon.pid() + " STATUS=jpm ");
      await(manager, "WATCHDOG=1");
      Path prints = jpm.script("prints.sh", "#!/bin/sh\nenv\nexec sleep 1000\n");
      jpm.run("start", prints.toString()).ok();
      Eventually.await(
          "the app has printed its environment", Jpm.LONG, () -> size("prints-out.log") > 3);
      assertThat(jpm.log("prints-out.log"))
          .noneMatch(line -> line.matches("(NOTIFY_SOCKET|WATCHDOG_.*)=.*"));
      daemon.destroy();
      await(manager, "STOPPING=1");
      assertThat(daemon.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();

      // A daemon that is started by hand from within some service does not report for that service.
      int before = manager.letters().size();
      jpm.run("ping").ok();
      jpm.run("kill").ok();
      assertThat(manager.letters()).hasSize(before);
    }
  }

  private static void await(DatagramReceiver manager, String letter) {
    Eventually.await(
        letter,
        Jpm.LONG,
        () -> manager.letters().stream().anyMatch(text -> text.startsWith(letter)),
        manager::letters);
  }

  @Test
  void appsAreStoppedAtShutdownAndStartedAtTheNextBoot() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    jpm.run("start", jpm.script("idle.sh", TICKER).toString()).ok();
    jpm.run("stop", "idle").ok();
    int pid = jpm.pid("ticker");
    Path tools = Files.createDirectories(jpm.work().resolve("tools"));
    Path systemctl = tools.resolve("systemctl");
    Files.writeString(systemctl, "#!/bin/sh\necho stopping\n");
    assertThat(systemctl.toFile().setExecutable(true)).isTrue();
    String path = System.getenv("PATH");
    jpm.environment("PATH", tools + ":" + path);
    jpm.environment("JPM_INTERNAL", "shutdown");
    jpm.run().ok();
    jpm.environment("PATH", path);
    jpm.environment("JPM_INTERNAL", "");
    assertThat(Jpm.running(pid)).isFalse();
    jpm.killDaemon();
    jpm.awaitStatus("ticker", "online");
    assertThat(jpm.status("idle")).isEqualTo("stopped");
    assertThat(jpm.home().resolve("state.json.boot")).doesNotExist();
  }
}
