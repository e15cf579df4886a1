package io.jpm.e2e.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.god.journal.Failpoint;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Several daemons in a row die as by `kill -9` while they boot, at each write of the journal and
/// at each step of the adoption. The daemon that finally boots has every process as it was.
@Timeout(300)
class BootCrashIT extends EndToEndTestBase {
  private static final int APPS = 20;

  /// A failpoint, and which of its hits the daemon dies at.
  private record CrashPoint(Failpoint point, int hit) {}

  @BeforeEach
  void disableKeeper() throws IOException {
    jpm.settings("{\"keeper\": {\"enabled\": false}}");
  }

  private static List<CrashPoint> crashPoints() {
    List<CrashPoint> deaths = new ArrayList<>();
    Stream.of(Failpoint.values())
        .filter(point -> point.name().startsWith("JOURNAL"))
        .forEach(point -> deaths.add(new CrashPoint(point, 1)));
    deaths.add(new CrashPoint(Failpoint.JOURNAL_RENAMED, 2));
    deaths.add(new CrashPoint(Failpoint.JOURNAL_CREATED, 3));
    deaths.add(new CrashPoint(Failpoint.ADOPTION_BEGINS, 2));
    deaths.add(new CrashPoint(Failpoint.ADOPTED, APPS / 2));
    deaths.add(new CrashPoint(Failpoint.ADOPTION_TOLD, APPS));
    return deaths;
  }

  /// Starts a daemon that dies at `death`. If its boot does not reach that point, it is killed
  /// afterwards.
  private void bootAndCrash(CrashPoint crashPoint) throws IOException {
    Jpm.Result boot =
        Jpm.finish(
            jpm.begin(
                Map.of(
                    "JPM_JAVA_OPTS",
                    "-Djpm.failpoint=%s:%d".formatted(crashPoint.point(), crashPoint.hit())),
                "ping"));
    if (boot.code() == 0) {
      jpm.killDaemon();
    }
  }

  /// Returns the pids in the list, even if the daemon reports that the list is incomplete.
  private Set<Integer> pids() {
    return new JsonArray(jpm.run("jlist").out())
        .stream().map(app -> ((JsonObject) app).getInteger("pid")).collect(Collectors.toSet());
  }

  @Test
  @Tag("slow")
  void noProcessRunsTwiceAlthoughDaemonsDieDuringBoot() throws Exception {
    jpm.run("start", "sleep 98765", "--name", "web", "-i", "" + APPS).ok();
    Set<Integer> before = pids();
    assertThat(before).hasSize(APPS);
    jpm.killDaemon();
    for (CrashPoint crashPoint : crashPoints()) {
      bootAndCrash(crashPoint);
      assertThat(jpm.processTags().keySet()).as("after %s", crashPoint).isEqualTo(before);
    }
    assertThat(pids()).isEqualTo(before);
    assertThat(jpm.processTags().keySet()).isEqualTo(before);
    assertThat(jpm.list())
        .allSatisfy(app -> assertThat(env(app, "status")).isEqualTo("online"))
        .allSatisfy(app -> assertThat(env(app, "restart_time")).isEqualTo("0"));
  }

  private static String env(JsonObject app, String key) {
    return String.valueOf(app.getJsonObject("pm2_env").getValue(key));
  }

  @Test
  @Tag("slow")
  void stopIsFinishedAlthoughDaemonsDieDuringIt() throws Exception {
    String deaf =
        jpm.script(
                "deaf.sh",
                "#!/bin/bash\ntrap '' INT\nexec 9<> <(:); wait $!\nwhile :; do read -rt 9 -u 9; done\n")
            .toString();
    jpm.run("start", "sleep 98765", "--name", "anchor").ok();
    jpm.run("start", deaf, "--kill-timeout", "3000").ok();
    int anchor = jpm.pid("anchor");
    int pid = jpm.pid("deaf");
    Process stop = jpm.begin("stop", "deaf");
    Eventually.await("deaf is stopping", Jpm.LONG, () -> jpm.status("deaf").equals("stopping"));
    jpm.killDaemon();
    stop.destroyForcibly();
    bootAndCrash(new CrashPoint(Failpoint.JOURNAL_RENAMED, 1));
    bootAndCrash(new CrashPoint(Failpoint.ADOPTION_TOLD, 2));
    bootAndCrash(new CrashPoint(Failpoint.JOURNAL_DONE, 1));
    assertThat(Jpm.running(pid)).as("it ignores SIGINT").isTrue();
    jpm.awaitStatus("deaf", "stopped");
    assertThat(Jpm.running(pid)).isFalse();
    assertThat(jpm.processTags().keySet()).containsExactly(anchor);
  }

  @Test
  @Tag("slow")
  void processThatEndedWithoutADaemonHasOneExitEvent() throws Exception {
    jpm.run("start", "sleep 98765", "--name", "web", "-i", "6").ok();
    Set<Integer> before = pids();
    jpm.killDaemon();
    List<Integer> ended = new TreeSet<>(before).stream().limit(3).toList();
    ended.forEach(Jpm::kill);
    for (CrashPoint crashPoint :
        List.of(
            new CrashPoint(Failpoint.ADOPTION_TOLD, 1),
            new CrashPoint(Failpoint.SPAWN_BEGINS, 1),
            new CrashPoint(Failpoint.SPAWNED, 2),
            new CrashPoint(Failpoint.JOURNAL_RENAMED, 2))) {
      bootAndCrash(crashPoint);
    }
    Eventually.await(
        "all instances are online",
        Jpm.LONG,
        () -> jpm.list().stream().allMatch(app -> env(app, "status").equals("online")));
    assertThat(jpm.processTags().keySet()).hasSize(6).doesNotContainAnyElementsOf(ended);
    assertThat(exits().stream().map(exit -> exit.getInteger("pid")))
        .containsExactlyInAnyOrderElementsOf(ended);
  }

  private List<JsonObject> exits() {
    return jpm.run("events", "--json", "--since", "0")
        .ok()
        .out()
        .lines()
        .map(JsonObject::new)
        .filter(event -> event.getString("event").equals("exit"))
        .toList();
  }

  @Test
  void lostListIsReportedAndItsProcessesAreReclaimedByTag() throws Exception {
    jpm.run("start", "sleep 98765", "--name", "web", "-i", "3").ok();
    jpm.run("start", "sleep 98764", "--name", "job").ok();
    jpm.run("save").ok();
    jpm.run("start", "sleep 98763", "--name", "unsaved").ok();
    Set<Integer> before = pids();
    damageJournal();

    Jpm.Result lost = jpm.run("ls").failed();
    assertThat(lost.err())
        .contains("state.json is damaged", "state.json.damaged", "5 running processes", "jpm kill");
    assertThat(lost.out()).doesNotContain("No apps yet");
    assertThat(jpm.run("jlist").failed().out().strip()).isEqualTo("[]");
    jpm.killDaemon();
    assertThat(jpm.run("ls").failed().err()).as("the next daemon").contains("5 running processes");

    Jpm.Result brought = jpm.run("resurrect").failed();
    assertThat(brought.err())
        .contains("1 running process of this home directory is not in the list");
    assertThat(pids()).isSubsetOf(before).hasSize(4);
    assertThat(jpm.run("start", "sleep 98763", "--name", "unsaved").ok().err()).contains("adopted");
    assertThat(pids()).isEqualTo(before);
    assertThat(jpm.processTags().keySet()).isEqualTo(before);
    assertThat(jpm.run("ls").ok().err()).isEmpty();
    Jpm.kill(jpm.pid("unsaved"));
    Eventually.await(
        "the reclaimed process is supervised", Jpm.LONG, () -> jpm.restarts("unsaved") == 1);
    assertThat(exits()).hasSize(1);
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(booleans = {true, false})
  void killEndsTheProcessesOfALostList(boolean daemonRuns) throws Exception {
    jpm.run("start", "sleep 98765", "--name", "web", "-i", "3").ok();
    String deaf =
        jpm.script(
                "deaf.sh",
                "#!/bin/bash\ntrap '' INT TERM\nsetsid sleep 98764 &\nexec 9<> <(:); wait $!\nwhile :; do read -rt 9 -u 9; done\n")
            .toString();
    jpm.run("start", deaf).ok();
    Eventually.await(
        "all processes run, including the helper in its own session",
        Jpm.LONG,
        () -> jpm.processTags().size() >= 5);
    damageJournal();
    if (daemonRuns) {
      jpm.run("ls").failed();
    }
    Jpm.Result killed = jpm.run("kill").ok();
    assertThat(killed.err()).contains("terminated", "that were not in the list");
    Eventually.await("all processes have ended", Jpm.LONG, () -> jpm.processTags().isEmpty());
    assertThat(jpm.run("ls").ok().err()).isEmpty();
  }

  @Test
  @Tag("slow")
  void processThatHasEndedIsNotReportedAsUnlisted() throws Exception {
    jpm.run("start", "sleep 98765", "--name", "web").ok();
    int pid = jpm.pid("web");
    damageJournal();
    assertThat(jpm.run("ls").failed().err()).contains("1 running process", "pid " + pid);
    Jpm.kill(pid);
    Eventually.await("web has ended", Jpm.LONG, () -> !Jpm.running(pid));
    assertThat(jpm.run("ls").ok().out()).contains("No apps yet");
  }

  /// Damages all generations of the journal, as a failing disk would.
  private void damageJournal() throws IOException {
    jpm.killDaemon();
    for (String name : List.of("state.json", "state.json.1", "state.json.2", "state.json.old")) {
      var file = jpm.home().resolve(name);
      if (Files.exists(file)) {
        Files.writeString(file, "{\"v\":2,\"inst");
      }
    }
  }
}
