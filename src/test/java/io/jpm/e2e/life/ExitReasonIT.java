package io.jpm.e2e.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.client.Endpoint;
import io.jpm.client.JpmClient;
import io.jpm.client.Request;
import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Reports about programs that fail: the reply of the command, `ls`, `describe`, `jlist` and the
/// events say how and why they ended.
@Timeout(300)
class ExitReasonIT extends EndToEndTestBase {
  private static final String KILLED = "did not exit within 200 ms: killed";

  private static final String DEAF =
      """
      #!/bin/bash
      trap '' INT TERM
      echo deaf
      while :; do read -r -t 1 < <(:) || :; sleep 0.2; done
      """;

  private static JsonObject jpmFields(JsonObject app) {
    return app.getJsonObject("pm2_env").getJsonObject("jpm");
  }

  private String startDeafApp() throws Exception {
    Path script = jpm.script("deaf.sh", DEAF);
    jpm.run("start", script.toString(), "--kill-timeout", "200").ok();
    awaitDeaf(1);
    return script.toString();
  }

  @Test
  void stopThatNeededSigkillIsReported() throws Exception {
    startDeafApp();
    Jpm.Result stopped = jpm.run("stop", "deaf").ok();
    assertThat(stopped.out() + stopped.err()).contains("deaf:0: " + KILLED);
    assertThat(jpm.run("describe", "deaf").ok().out()).contains(KILLED).contains("SIGKILL");
    assertThat(jpmFields(jpm.app("deaf")).getString("reason")).contains(KILLED);
    assertThat(jpmFields(jpm.app("deaf")).getString("last_exit")).isEqualTo("SIGKILL");
    assertThat(jpm.run("events", "deaf").ok().out())
        .contains("stop     stopped by command; " + KILLED);
  }

  @Test
  @Tag("slow")
  void restartDeleteAndKillThatNeededSigkillAreReported() throws Exception {
    String script = startDeafApp();
    Jpm.Result restarted = jpm.run("restart", "deaf").ok();
    assertThat(restarted.out() + restarted.err()).contains("deaf:0: " + KILLED);
    assertThat(jpmFields(jpm.app("deaf")).getString("reason"))
        .startsWith("restart by command; " + KILLED);
    awaitDeaf(2);
    Jpm.Result deleted = jpm.run("delete", "deaf").ok();
    assertThat(deleted.out() + deleted.err()).contains("deaf:0: " + KILLED);
    jpm.run("start", script, "--kill-timeout", "200").ok();
    awaitDeaf(3);
    Jpm.Result ended = jpm.run("kill").ok();
    assertThat(ended.out() + ended.err()).contains("deaf:0: " + KILLED);
  }

  /// Longer than the timeout of the bridge itself, and longer than a daemon keeps a request
  /// waiting.
  @Test
  @Tag("slow")
  void clientReceivesTheReplyOfALongStop() throws Exception {
    Path script = jpm.script("deaf.sh", DEAF);
    jpm.run("start", script.toString(), "--kill-timeout", "31000").ok();
    awaitDeaf(1);
    try (JpmClient client = JpmClient.connect(Endpoint.home(jpm.home()))) {
      assertThat(client.ask(Request.stop("deaf")).notes())
          .anyMatch(note -> note.contains("deaf:0: did not exit within 31 s: killed"));
    }
    assertThat(jpm.status("deaf")).isEqualTo("stopped");
  }

  private void awaitDeaf(int times) throws Exception {
    Eventually.await("deaf is ready", Jpm.LONG, () -> lines() == times);
  }

  private int lines() {
    try {
      return jpm.log("deaf-out.log").size();
    } catch (IOException notYet) {
      return 0;
    }
  }

  @Test
  void startOfAnAppThatExitsImmediatelyFailsWithItsLastLine() throws Exception {
    Path script =
        jpm.script(
            "lacks.sh", "#!/bin/sh\necho begins >&2\necho 'Error: no such port' >&2\nexit 3\n");
    Jpm.Result failed = jpm.run("start", script.toString(), "--no-autorestart").failed();
    assertThat(failed.err())
        .containsPattern("lacks \\(id 0\\): exit 3 after .*: Error: no such port");
    assertThat(jpmFields(jpm.app("lacks")).getString("reason"))
        .containsPattern("^exit 3 after [0-9.]+ m?s: Error: no such port; autorestart is off$");
    assertThat(jpm.run("ls").ok().out()).contains(": Error: no such port");
    assertThat(jpm.run("events", "lacks").ok().out()).contains(": Error: no such port");
    assertThat(jpm.run("start", "lacks").failed().err()).contains(": Error: no such port");
    jpm.run("start", "lacks", "--no-wait").ok();
  }

  /// A restart and a reload are done when the process runs; the events report what happens to it
  /// later.
  @Test
  @Tag("slow")
  void onlyCommandsThatStartAppsWaitForThem() throws Exception {
    Path script =
        jpm.script(
            "lacks.sh",
            "#!/bin/sh\n[ -e \"%s\" ] && { sleep 0.05; echo 'no port' >&2; exit 3; }\nexec sleep 98765\n"
                .formatted(jpm.work().resolve("ends")));
    Path file =
        jpm.script(
            "apps.json",
            "[{\"name\": \"lacks\", \"script\": \"%s\", \"autorestart\": false}]"
                .formatted(script));
    jpm.run("start", file.toString()).ok();
    jpm.run("save").ok();
    Files.createFile(jpm.work().resolve("ends"));
    jpm.run("restart", "lacks").ok();
    jpm.awaitStatus("lacks", "stopped");
    jpm.run("restart", "lacks").ok();
    jpm.awaitStatus("lacks", "stopped");
    jpm.run("restart", file.toString()).ok();
    jpm.awaitStatus("lacks", "stopped");
    jpm.run("reload", "lacks").ok();
    jpm.awaitStatus("lacks", "stopped");
    assertFails("startOrRestart", file.toString());
    jpm.awaitStatus("lacks", "stopped");
    assertFails("start", "lacks");
    jpm.awaitStatus("lacks", "stopped");
    assertFails("scale", "lacks", "2");
    jpm.run("delete", "lacks").ok();
    assertFails("resurrect");
    jpm.run("delete", "lacks").ok();
    assertFails("apply", file.toString());
    jpm.run("delete", "lacks").ok();
    jpm.run("apply", file.toString(), "--no-wait").ok();
    jpm.run("scale", "lacks", "2", "--no-wait").ok();
    jpm.run("delete", "lacks").ok();
    jpm.run("resurrect", "--no-wait").ok();
  }

  private void assertFails(String... words) throws Exception {
    assertThat(jpm.run(words).failed().err()).contains("exit 3 after").contains(": no port");
  }

  @Test
  @Tag("slow")
  void startOfAnAppThatExitsAsExpectedSucceeds() throws Exception {
    Path job = jpm.script("job.sh", "#!/bin/sh\necho note >&2\nexit 0\n");
    jpm.run("start", job.toString(), "--no-autorestart").ok();
    Path known = jpm.script("known.sh", "#!/bin/sh\nexit 7\n");
    jpm.run("start", known.toString(), "--stop-exit-codes", "7").ok();
    Eventually.await("known has ended", Jpm.LONG, () -> jpm.status("known").equals("stopped"));
    assertThat(jpmFields(jpm.app("job")).getString("reason")).doesNotContain("note");
  }

  /// Each run is longer than `min_uptime`, so PM2 shows a healthy app forever.
  @Test
  @Tag("slow")
  void crashLoopOfLongRunsIsShownAndEnded() throws Exception {
    String text = "#!/bin/sh\necho 'fatal: no database' >&2\nsleep 0.15\nexit 1\n";
    Path script = jpm.script("dies.sh", text);
    jpm.run(
            "start",
            script.toString(),
            "--no-wait",
            "--min-uptime",
            "100",
            "--max-restarts",
            "60",
            "--restart-window",
            "600000")
        .ok();
    Eventually.await(
        "the crash loop is detected",
        Jpm.LONG,
        () -> jpmFields(jpm.app("dies")).getBoolean("crash_looping"));
    assertThat(jpm.status("dies")).isIn("online", "launching", "errored", "stopping");
    assertThat(jpm.run("ls").ok().out()).contains("crash-looping").contains("fatal: no database");
    assertThat(jpm.run("events", "dies", "--lines", "500").ok().out()).contains("crash_looping");
    jpm.killDaemon();
    assertThat(jpmFields(jpm.app("dies")).getBoolean("crash_looping")).isTrue();
    jpm.awaitStatus("dies", "errored");
    assertThat(jpmFields(jpm.app("dies")).getString("reason"))
        .contains("fatal: no database; gave up after 60 failures within 10 min (restart_window)");
    assertThat(jpmFields(jpm.app("dies")).getBoolean("crash_looping")).isFalse();
  }

  @Test
  @Tag("slow")
  void appThatDiedWithoutADaemonHasItsLastLineAsReason() throws Exception {
    Path script =
        jpm.script(
            "alone.sh",
            """
            #!/bin/sh
            echo begins >&2
            read -r daemon <%s
            while kill -0 "$daemon" 2>/dev/null; do sleep 0.05; done
            echo 'Error: died alone' >&2
            exit 3
            """
                .formatted(jpm.home().resolve("jpm.pid")));
    jpm.run("start", script.toString(), "--no-autorestart").ok();
    jpm.killDaemon();
    Eventually.await("alone has ended", Jpm.LONG, () -> jpm.status("alone").equals("stopped"));
    assertThat(jpmFields(jpm.app("alone")).getString("reason")).contains(": Error: died alone");
  }

  @Test
  @Tag("slow")
  void programWithATerminalHasItsLastLineAsReason() throws Exception {
    jpm.script("tty.sh", "#!/bin/sh\necho 'Error: no such port' >&2\nsleep 0.2\nexit 3\n");
    Path file =
        jpm.script(
            "apps.json",
            "[{\"script\": \"tty.sh\", \"pty\": true, \"cwd\": \"%s\", \"autorestart\": false}]"
                .formatted(jpm.work()));
    assertThat(jpm.run("start", file.toString(), "--no-wait").ok().code()).isZero();
    jpm.awaitStatus("tty", "stopped");
    assertThat(jpmFields(jpm.app("tty")).getString("reason")).contains(": Error: no such port");
  }

  /// The reason of each run quotes that run, however soon the next one follows.
  @Test
  void lastLineInAReasonBelongsToTheRunThatHasEnded() throws Exception {
    String text =
        """
        #!/bin/bash
        n=0; [[ ! -e "$COUNT" ]] || read -r n <"$COUNT"; n=$((n + 1)); echo $n >"$COUNT"
        if (( n % 2 )); then echo "words of run $n" >&2; fi
        exit $n
        """;
    Path script = jpm.script("loop.sh", text.replace("$COUNT", jpm.home() + "/count"));
    jpm.run("start", script.toString(), "--restart-delay", "1", "--max-restarts", "12").failed();
    jpm.awaitStatus("loop", "errored");
    String events = jpm.run("events", "loop", "--lines", "200").ok().out();
    for (int run = 1; run <= 12; run++) {
      String after = "exit     exit %d after [^\n:]*".formatted(run);
      String words = run % 2 == 1 ? ": words of run %d; ".formatted(run) : "(, restart|: gave up)";
      assertThat(events).containsPattern(after + words);
    }
  }
}
