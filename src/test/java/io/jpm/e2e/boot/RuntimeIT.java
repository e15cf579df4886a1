package io.jpm.e2e.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `bin/jpm-runtime`, as it runs in a container.
@Timeout(300)
class RuntimeIT extends EndToEndTestBase {
  private static final String APP =
      """
      #!/bin/bash
      trap 'echo "$name ends by INT"; exit 0' INT
      echo "$name begins"
      echo "$name warns" >&2
      exec 9<> <(:); wait $!
      while :; do read -rt 9 -u 9; done
      """;

  /// A running jpm-runtime, and the files that its output goes to.
  private record Running(Process process, Path out, Path err) {
    List<String> printed() {
      return lines(out);
    }

    List<String> warned() {
      return lines(err);
    }

    int code() throws InterruptedException {
      assertThat(
              process.waitFor(TestDeadline.scaledSeconds(Jpm.LONG.toSeconds()), TimeUnit.SECONDS))
          .isTrue();
      return process.exitValue();
    }

    private static List<String> lines(Path file) {
      try {
        return Files.readAllLines(file);
      } catch (IOException e) {
        return List.of();
      }
    }
  }

  private Running startRuntime(String... words) throws IOException {
    List<String> command = new ArrayList<>(List.of(Jpm.ROOT.resolve("bin/jpm-runtime").toString()));
    command.addAll(List.of(words));
    Path out = jpm.work().resolve("runtime.out");
    Path err = jpm.work().resolve("runtime.err");
    return new Running(jpm.launch(command, Map.of(), out, err), out, err);
  }

  private String twoApps() throws IOException {
    String script = jpm.script("app.sh", APP).toString();
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(
        file,
        """
        {"apps": [
          {"name": "one", "script": "%1$s", "env": {"name": "one"}},
          {"name": "two", "script": "%1$s", "env": {"name": "two"}}
        ]}
        """
            .formatted(script));
    return file.toString();
  }

  private static void await(String what, Running running, String... lines) {
    Eventually.await(
        what,
        Jpm.LONG,
        () -> running.printed().containsAll(List.of(lines)) || !running.process().isAlive(),
        () -> running.printed() + " " + running.warned());
  }

  @Test
  void signalEndsTheAppsGracefullyAndThenTheRuntime() throws Exception {
    Running running = startRuntime(twoApps());
    await("both apps print", running, "one begins", "two begins");
    Eventually.await(
        "both apps print warnings",
        Jpm.LONG,
        () -> running.warned().size() == 2,
        () -> running.warned());
    assertThat(jpm.liveProcesses()).noneMatch(process -> process.contains("jpm-keeper"));
    running.process().destroy();
    assertThat(running.code()).isZero();
    assertThat(running.printed())
        .containsExactlyInAnyOrder(
            "one begins", "two begins", "one ends by INT", "two ends by INT");
    assertThat(running.warned()).containsExactlyInAnyOrder("one warns", "two warns");
    assertThat(jpm.liveProcesses()).isEmpty();
  }

  /// The client that waits for the start must not report that its apps were deleted.
  @Test
  void signalDuringTheStartEndsTheRuntimeWithoutAnError() throws Exception {
    String app = jpm.script("app.sh", APP).toString();
    Running running = startRuntime(app, "-n", "web", "--wait-ready", "--listen-timeout", "10m");
    await("web prints", running, "web begins");
    running.process().destroy();
    assertThat(running.code()).isZero();
    assertThat(running.warned()).noneMatch(line -> line.startsWith("[jpm]"));
    assertThat(jpm.liveProcesses()).isEmpty();
  }

  @Test
  @Tag("slow")
  void exitCodeIsTwoWhenNoAppRuns() throws Exception {
    String once = jpm.script("once.sh", "#!/bin/sh\necho once; exit 3\n").toString();
    Running running = startRuntime("start", once, "--stop-exit-codes", "3", "--json");
    assertThat(running.code()).isEqualTo(2);
    assertThat(running.printed()).singleElement().asString().contains("\"message\":\"once\"");
    assertThat(jpm.liveProcesses()).isEmpty();
  }

  @Test
  @Tag("slow")
  void runtimeContinuesWithNoAutoExit() throws Exception {
    String app = jpm.script("app.sh", APP).toString();
    Running running = startRuntime(app, "--no-auto-exit", "-n", "web", "--output", "/dev/null");
    await("web prints", running, "web begins");
    jpm.run("stop", "web").ok();
    running.process().destroy();
    assertThat(running.code()).isZero();
    assertThat(running.printed()).containsExactly("web begins", "web ends by INT");
  }

  @Test
  void deadDaemonIsReplacedAndTheAppsContinue() throws Exception {
    Running running = startRuntime(twoApps());
    await("both apps print", running, "one begins", "two begins");
    Eventually.await(
        "only the daemon and the printer of the logs are left after the start",
        Jpm.LONG,
        () -> running.process().children().count() == 2,
        running::warned);
    int pid = jpm.pid("one");
    long daemon = jpm.daemonPid();
    jpm.killDaemon();
    Eventually.await(
        "another daemon is running", Jpm.LONG, () -> isOtherDaemon(daemon), running::warned);
    assertThat(jpm.pid("one")).isEqualTo(pid);
    running.process().destroy();
    assertThat(running.code()).isZero();
    assertThat(running.printed()).contains("one ends by INT", "two ends by INT");
    assertThat(jpm.liveProcesses()).isEmpty();
  }

  /// The daemon is killed as soon as it has begun to start the apps.
  @Test
  @Tag("slow")
  void daemonThatDiesWhileStartingAppsIsReplacedAndTheAppsStart() throws Exception {
    Running running = startRuntime(twoApps());
    Path file = jpm.home().resolve("jpm.pid");
    Eventually.await("the daemon is running", Jpm.LONG, () -> Files.exists(file), running::warned);
    Eventually.await(
        "the daemon has begun to start an app",
        Jpm.LONG,
        () -> Files.exists(jpm.home().resolve("logs/one-out.log")),
        running::warned);
    long daemon = jpm.daemonPid();
    jpm.killDaemon();
    Eventually.await(
        "another daemon is running", Jpm.LONG, () -> isOtherDaemon(daemon), running::warned);
    Eventually.await(
        "both apps run",
        Jpm.LONG,
        () -> jpm.run("jlist").out().split("\"status\":\"online\"", -1).length == 3,
        running::warned);
    running.process().destroy();
    assertThat(running.code()).isZero();
    assertThat(jpm.liveProcesses()).isEmpty();
  }

  private boolean isOtherDaemon(long daemon) {
    try {
      return Files.exists(jpm.home().resolve("bridge.port")) && jpm.daemonPid() != daemon;
    } catch (IOException | NumberFormatException notYet) {
      return false;
    }
  }

  @Test
  @Tag("slow")
  void appThatCannotBeStartedIsReportedInOneLine() throws Exception {
    Running running = startRuntime("--secret", "key", "--delay", "0", "start", "nowhere.sh");
    assertThat(running.code()).isEqualTo(1);
    assertThat(running.printed()).isEmpty();
    assertThat(running.warned())
        .hasSize(2)
        .anyMatch(line -> line.endsWith("--secret has no effect (PM2's service)"))
        .anyMatch(line -> line.startsWith("[jpm][ERROR] nowhere.sh: script not found"));
    assertThat(jpm.liveProcesses()).isEmpty();
  }
}
