package io.jpm.e2e.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Sending input and signals to apps, and changing apps by options, through `bin/jpm`.
@Timeout(300)
class ControlIT extends EndToEndTestBase {
  private static final String ECHO =
      """
      #!/bin/sh
      trap 'echo hup' HUP
      echo ready
      while :; do
        if read -r line; then echo "got $line"; fi
      done
      """;

  private void start() throws IOException {
    jpm.run("start", jpm.script("echo.sh", ECHO).toString()).ok();
    awaitLine("ready");
  }

  private void awaitLine(String line) {
    Eventually.await("echo prints " + line, Jpm.LONG, () -> log().contains(line), this::log);
  }

  private List<String> log() {
    return read("echo-out.log");
  }

  private List<String> read(String log) {
    try {
      return jpm.log(log);
    } catch (IOException notYet) {
      return List.of();
    }
  }

  @Test
  void linesReachAnAppEvenAfterItsDaemonWasKilled() throws Exception {
    start();
    assertThat(jpm.run("send", "0", "hello", "you").ok().out())
        .isEqualTo("[jpm] Sent a line to echo (id 0)\n");
    awaitLine("got hello you");
    int pid = jpm.pid("echo");
    jpm.killDaemon();
    jpm.run("send", "echo", "--", "--again ä").ok();
    awaitLine("got --again ä");
    assertThat(jpm.pid("echo")).isEqualTo(pid);

    assertThat(jpm.run("send", "7", "x").failed().err()).contains("7");
    jpm.run("stop", "echo").ok();
    assertThat(jpm.run("send", "0", "x").failed().err())
        .isEqualTo("[jpm][ERROR] echo (id 0) is stopped and has no process: start it first\n");
    jpm.run("delete", "echo").ok();
    try (Stream<Path> pipes = Files.list(jpm.home().resolve("fifo"))) {
      assertThat(pipes.map(Path::toString).filter(it -> it.endsWith(".in"))).isEmpty();
    }
  }

  @Test
  void attachSendsLinesAndShowsOutput() throws Exception {
    start();
    Process attached = jpm.begin("attach", "0");
    BufferedReader errors = attached.errorReader();
    assertThat(errors.readLine()).startsWith("[jpm] Attached to echo (id 0)");
    BufferedReader shown = attached.inputReader();
    Writer typed = attached.outputWriter();
    typed.write("one\n");
    typed.flush();
    assertThat(shown.readLine()).isEqualTo("got one");
    typed.write("--two  2\n");
    typed.flush();
    assertThat(shown.readLine()).isEqualTo("got --two  2");
    typed.close();
    assertThat(attached.waitFor(TestDeadline.scaledSeconds(Jpm.LONG.toSeconds()), TimeUnit.SECONDS))
        .isTrue();
    assertThat(attached.exitValue()).isZero();
    Eventually.await(
        "no process of jpm attach is left",
        Jpm.LONG,
        () -> attachProcesses().isEmpty(),
        this::attachProcesses);
  }

  @Test
  @Tag("slow")
  void appStartedWithAttachIsFollowedAndOutlivesTheCommand() throws Exception {
    String script = jpm.script("talk.sh", "#!/bin/sh\necho begins\nexec sleep 1000\n").toString();
    Process started = jpm.begin("start", script, "--name", "talk", "--attach");
    BufferedReader shown = started.inputReader();
    awaitOutput(shown, "0|talk | begins");
    int pid = jpm.pid("talk");
    jpm.run("restart", "talk").ok();
    awaitOutput(shown, "0|talk | begins");
    started.destroy();
    assertThat(started.waitFor(TestDeadline.scaledSeconds(Jpm.LONG.toSeconds()), TimeUnit.SECONDS))
        .isTrue();
    assertThat(jpm.pid("talk")).isNotEqualTo(pid);
  }

  @Test
  @Tag("slow")
  void aNewAppIsFollowedFromItsFirstLine() throws Exception {
    start();
    String script = "#!/bin/sh\necho first $1\necho second $1\nexec sleep 1000\n";
    String file = jpm.script("new.sh", script).toString();
    jpm.run("start", file, "--", "before").ok();
    Eventually.await(
        "the app has printed both lines",
        Jpm.LONG,
        () -> read("new-out.log").contains("second before"));
    jpm.run("delete", "new").ok();
    Process logs = jpm.begin("logs", "--lines", "0");
    BufferedReader shown = logs.inputReader();
    Eventually.await(
        "jpm logs prints new lines",
        Jpm.LONG,
        () -> {
          jpm.run("send", "0", "hello").ok();
          return isReady(shown);
        });
    jpm.run("start", file, "--", "now").ok();
    assertThat(shown.lines().filter(line -> line.contains("|new ")).limit(2))
        .containsExactly("2|new  | first now", "2|new  | second now");
    logs.destroy();
    assertThat(logs.waitFor(TestDeadline.scaledSeconds(Jpm.LONG.toSeconds()), TimeUnit.SECONDS))
        .isTrue();
  }

  private static boolean isReady(BufferedReader shown) {
    try {
      return shown.ready();
    } catch (IOException gone) {
      throw new UncheckedIOException(gone);
    }
  }

  private static void awaitOutput(BufferedReader shown, String line) throws IOException {
    String read = shown.readLine();
    while (read != null && !read.equals(line)) {
      read = shown.readLine();
    }
    assertThat(read).isEqualTo(line);
  }

  @Test
  @Tag("slow")
  void attachEndsOnASignalAndLeavesNoProcessBehind() throws Exception {
    start();
    Process attached = jpm.begin("attach", "echo");
    assertThat(attached.errorReader().readLine()).startsWith("[jpm] Attached");
    assertThat(attachProcesses()).hasSizeGreaterThanOrEqualTo(2);
    attached.destroy();
    assertThat(attached.waitFor(TestDeadline.scaledSeconds(Jpm.LONG.toSeconds()), TimeUnit.SECONDS))
        .isTrue();
    Eventually.await(
        "no process of jpm attach is left",
        Jpm.LONG,
        () -> attachProcesses().isEmpty(),
        this::attachProcesses);
  }

  @Test
  @Tag("slow")
  void attachFailsWithoutARunningInstance() throws Exception {
    start();
    assertThat(jpm.run("attach", "7").failed().err()).contains("7");
    jpm.run("stop", "0").ok();
    assertThat(jpm.run("attach", "0").failed().err()).contains("echo (id 0) is stopped");
    assertThat(jpm.run("attach").failed().err()).contains("jpm attach id");
    Process java = jpm.begin(Map.of("JPM_CLIENT", "java"), "attach", "0");
    assertThat(Jpm.finish(java).failed().err()).contains("attach needs bash");
  }

  private List<String> attachProcesses() {
    return jpm.liveProcesses().stream().filter(it -> it.contains("bin/jpm attach")).toList();
  }

  @Test
  @Tag("slow")
  void signalsReachTheMainProcess() throws Exception {
    start();
    int pid = jpm.pid("echo");
    jpm.run("sendSignal", "SIGHUP", "echo").ok();
    jpm.run("send", "0", "then").ok();
    awaitLine("hup");
    assertThat(jpm.pid("echo")).isEqualTo(pid);
    assertThat(jpm.run("sendSignal", "NOSUCH", "echo").failed().err()).contains("NOSUCH");
    assertThat(jpm.run("sendSignal", "HUP", "nobody").failed().err()).contains("nobody");
  }

  @Test
  @Tag("slow")
  void optionsOfARestartPersistAndCountersCanBeReset() throws Exception {
    start();
    jpm.run("restart", "echo", "--kill-timeout", "4321", "--max-restarts", "5").ok();
    jpm.run("restart", "0", "--max-restarts", "16").ok();
    assertThat(jpm.restarts("echo")).isEqualTo(2);
    var env = jpm.app("echo").getJsonObject("pm2_env");
    assertThat(env.getInteger("kill_timeout")).isEqualTo(4321);
    assertThat(jpm.run("restart", "echo", "--kill-timeout", "soon").failed().err())
        .startsWith("[jpm][ERROR] --kill-timeout: \"soon\" is not a duration");
    assertThat(jpm.restarts("echo")).isEqualTo(2);

    jpm.run("reset", "echo").ok();
    assertThat(jpm.restarts("echo")).isZero();
    assertThat(jpm.run("reset", "7").failed().err()).contains("7");
  }

  @Test
  @Tag("slow")
  void appsCanBeSelectedByThePathOfTheirScript() throws Exception {
    start();
    jpm.run("stop", "./echo.sh").ok();
    assertThat(jpm.status("echo")).isEqualTo("stopped");
    jpm.run("delete", "echo.sh").ok();
    assertThat(jpm.list()).isEmpty();
    jpm.run("delete", "echo.sh").failed();
  }
}
