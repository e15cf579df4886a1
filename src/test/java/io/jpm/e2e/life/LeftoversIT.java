package io.jpm.e2e.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A crash leaves no process behind, whatever follows it. The app starts a daemon that has neither
/// its session nor its environment, and dies.
@Timeout(300)
class LeftoversIT extends EndToEndTestBase {
  @AfterEach
  void assertNothingIsLeft() {
    assertThat(daemonPids()).noneMatch(Jpm::running);
    assertThat(read("twice")).isEmpty();
  }

  private void start(String answer, String... options) throws Exception {
    // Each run records the daemons of earlier runs that it finds alive.
    Path file =
        jpm.script(
            "leaver.sh",
            """
            #!/bin/bash
            cd %1$s
            for pid in $(cat pids 2>/dev/null); do grep -qs '^State:.[^ZX]' /proc/$pid/status && echo $pid >>twice; done
            (env -i setsid /bin/bash -c 'trap "%2$s" INT TERM; echo $BASHPID >>pids; echo up >>ready
              exec 9<> <(:); wait $!; while :; do read -rt 9 -u 9; done' >/dev/null 2>&1 &)
            until [ -s ready ]; do sleep 0.01; done
            rm ready
            echo run >>runs
            exec 9<> <(:); wait $!
            while :; do read -rt 9 -u 9; done
            """
                .formatted(jpm.work(), answer));
    List<String> line = new ArrayList<>(List.of("start", file.toString()));
    line.addAll(List.of(options));
    jpm.run(line.toArray(String[]::new)).ok();
    awaitRuns(1);
  }

  private void awaitRuns(int count) {
    Eventually.await("the app has run " + count + " times", Jpm.LONG, () -> lines("runs") == count);
  }

  private long lines(String name) {
    return read(name).size();
  }

  private List<Integer> daemonPids() {
    return read("pids").stream().map(Integer::valueOf).toList();
  }

  private List<String> read(String name) {
    try {
      Path file = jpm.work().resolve(name);
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void leftoversAreEndedBeforeTheNextGenerationStarts() throws Exception {
    start("exit 0");
    for (int i = 2; i <= 4; i++) {
      Jpm.kill(jpm.pid("leaver"));
      awaitRuns(i);
    }
    Eventually.await("each run has left a process", Jpm.LONG, () -> daemonPids().size() == 4);
    jpm.run("stop", "leaver").ok();
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"stop", "delete", "kill", "restart"})
  void leftoversAreEndedWhileARestartIsDelayed(String command) throws Exception {
    start("exit 0", "--restart-delay", "600000");
    Jpm.kill(jpm.pid("leaver"));
    jpm.awaitStatus("leaver", "waiting restart");
    assertThat(daemonPids()).hasSize(1).noneMatch(Jpm::running);

    if (command.equals("kill")) {
      jpm.run("kill").ok();
    } else {
      jpm.run(command, "leaver").ok();
    }

    if (command.equals("restart")) {
      awaitRuns(2);
      jpm.run("delete", "leaver").ok();
    }
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"stop", "delete", "kill"})
  void commandWaitsForALeftoverThatIgnoresSignals(String command) throws Exception {
    start(":", "--kill-timeout", "1500");
    Jpm.kill(jpm.pid("leaver"));
    jpm.awaitStatus("leaver", "stopping");
    if (command.equals("kill")) {
      jpm.run("kill").ok();
    } else {
      jpm.run(command, "leaver").ok();
    }
    assertThat(daemonPids()).hasSize(1).noneMatch(Jpm::running);
    assertThat(lines("runs")).isEqualTo(1);
  }

  @Test
  @Tag("slow")
  void erroredAppHasNoLeftovers() throws Exception {
    start("exit 0", "--max-restarts", "1", "--min-uptime", "3600000");
    Jpm.kill(jpm.pid("leaver"));
    jpm.awaitStatus("leaver", "errored");
    assertThat(daemonPids()).hasSize(1).noneMatch(Jpm::running);
  }

  @Test
  @Tag("slow")
  void leftoversAreEndedEvenIfJpmsDaemonDiesInBetween() throws Exception {
    start("exit 0");
    int main = jpm.pid("leaver");
    jpm.killDaemon();
    Jpm.kill(main);
    jpm.run("ls").ok();
    awaitRuns(2);
    // The process of this run is adopted.
    jpm.killDaemon();
    Jpm.kill(jpm.pid("leaver"));
    awaitRuns(3);
    jpm.run("delete", "leaver").ok();
  }

  @Test
  @Tag("slow")
  void nextDaemonEndsLeftoversThatADeadDaemonWasEnding() throws Exception {
    start(":", "--kill-timeout", "60000");
    Jpm.kill(jpm.pid("leaver"));
    jpm.awaitStatus("leaver", "stopping");
    jpm.killDaemon();
    assertThat(daemonPids()).allMatch(Jpm::running);
    Process stop = jpm.begin("stop", "leaver");
    jpm.awaitStatus("leaver", "stopping");
    assertThat(daemonPids()).allMatch(Jpm::running);
    Jpm.kill(daemonPids().getFirst());
    jpm.awaitStatus("leaver", "stopped");
    Jpm.finish(stop);
  }

  @Test
  @Tag("slow")
  void leftoversStayWithNoTreekill() throws Exception {
    start("exit 0", "--no-treekill");
    Jpm.kill(jpm.pid("leaver"));
    awaitRuns(2);
    assertThat(lines("twice")).isEqualTo(1);
    jpm.run("delete", "leaver").ok();
    assertThat(daemonPids()).hasSize(2).allMatch(Jpm::running);
    daemonPids().forEach(Jpm::kill);
    Eventually.await(
        "the leftovers have ended", Jpm.LONG, () -> daemonPids().stream().noneMatch(Jpm::running));
    Files.delete(jpm.work().resolve("twice"));
  }

  @Test
  @Tag("slow")
  @Needs(Need.PYTHON)
  void leftoversOfAReplacedInstanceAreEnded() throws Exception {
    Path script =
        jpm.script(
            "server.py",
            """
            import os, signal
            if os.fork() == 0:
                os.setsid()
                if os.fork() == 0:
                    signal.signal(signal.SIGINT, signal.SIG_IGN)
                    with open("%s", "a") as pids:
                        pids.write("%%d\\n" %% os.getpid())
                    os.execve("/bin/sleep", ["sleep", "1000"], {})
                os._exit(0)
            os.wait()
            """
                    .formatted(jpm.work().resolve("pids"))
                + Files.readString(Jpm.ROOT.resolve("examples/cluster/activated/server.py")));
    JsonObject app =
        new JsonObject()
            .put("name", "web")
            .put("script", script.toString())
            .put("instances", 2)
            .put("listen", new JsonArray().add("127.0.0.1:" + freePort()))
            .put("min_uptime", 100)
            .put("kill_timeout", 1000);
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    jpm.run("start", file.toString()).ok();
    Eventually.await("both instances have started", Jpm.LONG, () -> daemonPids().size() == 2);
    List<Integer> old = daemonPids();

    jpm.run("reload", "web").ok();

    Eventually.await(
        "the leftovers of the old processes have ended",
        Jpm.LONG,
        () -> old.stream().noneMatch(Jpm::running));
    assertThat(daemonPids()).hasSize(4);
    assertThat(daemonPids().stream().filter(Jpm::running)).hasSize(2);
    jpm.run("delete", "web").ok();
  }

  @Test
  @Needs(Need.PYTHON_FOR_ALL)
  void daemonizingAppIsReportedWithItsForegroundOption() throws Exception {
    Path server =
        jpm.script(
            "redis-server",
            """
            #!/usr/bin/python3
            import ctypes, os, sys
            with open("%s", "a") as runs:
                runs.write("run\\n")
            if os.fork() > 0:
                os._exit(0)
            os.setsid()
            with open("%s", "a") as pids:
                pids.write("%%d\\n" %% os.getpid())
            os.execve("/bin/sleep", ["sleep", "1000"], {})
            """
                .formatted(jpm.work().resolve("runs"), jpm.work().resolve("pids")));
    jpm.run("start", server.toString(), "--name", "cache", "--", "--daemonize", "yes");
    jpm.awaitStatus("cache", "errored");
    assertThat(jpm.run("describe", "cache").ok().out())
        .contains("it daemonized itself; run it in the foreground (`--daemonize no`)");
    assertThat(lines("runs")).isEqualTo(1);
    assertThat(daemonPids()).noneMatch(Jpm::running);
    assertThat(jpm.restarts("cache")).isZero();
  }

  @Test
  @Tag("slow")
  void scriptThatStartsABackgroundProcessIsNotRestarted() throws Exception {
    Path script =
        jpm.script(
            "launcher.sh",
            """
            #!/bin/bash
            echo run >>%1$s/runs
            nohup /bin/bash -c 'echo $BASHPID >>%1$s/pids; exec /bin/sleep 1000' >/dev/null 2>&1 &
            until [ -s %1$s/pids ]; do sleep 0.01; done
            exit 0
            """
                .formatted(jpm.work()));
    jpm.run("start", script.toString());
    jpm.awaitStatus("launcher", "errored");
    assertThat(jpm.run("describe", "launcher").ok().out())
        .contains("it daemonized itself; run it in the foreground (");
    assertThat(lines("runs")).isEqualTo(1);
    assertThat(daemonPids()).hasSize(1).noneMatch(Jpm::running);
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }
}
