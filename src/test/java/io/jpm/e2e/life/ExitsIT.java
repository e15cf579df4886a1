package io.jpm.e2e.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Each process has exactly one `exit` event, with its pid and its status. This includes processes
/// that jpm has ended, and the event says so.
@Timeout(300)
class ExitsIT extends EndToEndTestBase {
  /// Every pid that has been in the list.
  private final Set<Integer> seen = new TreeSet<>();

  private List<JsonObject> exits() {
    return jpm.run("events", "--json", "--since", "0")
        .ok()
        .out()
        .lines()
        .map(JsonObject::new)
        .filter(event -> event.getString("event").equals("exit"))
        .toList();
  }

  private Set<Integer> recordPids() {
    Set<Integer> pids = new HashSet<>();
    jpm.list().stream().map(app -> app.getInteger("pid")).filter(pid -> pid > 0).forEach(pids::add);
    seen.addAll(pids);
    return pids;
  }

  /// Runs a command, and records the pids in the list before and after it.
  private void runAndRecordPids(String... command) {
    recordPids();
    jpm.run(command).ok();
    recordPids();
  }

  private void assertEachExitIsReportedOnce() {
    Set<Integer> ended = new TreeSet<>(seen);
    ended.removeAll(recordPids());
    Eventually.await(
        "the exit events of " + ended,
        Jpm.LONG,
        () -> exits().stream().map(it -> it.getInteger("pid")).toList().containsAll(ended));
    assertThat(exits().stream().map(it -> it.getInteger("pid")))
        .containsExactlyInAnyOrderElementsOf(ended);
  }

  private static void awaitLines(Path file, int count) {
    Eventually.await(count + " lines in " + file, Jpm.LONG, () -> lines(file) >= count);
  }

  private static int lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file).size() : 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyCommandThatEndsAProcessLeadsToOneExitEvent() throws Exception {
    String text =
        "#!/bin/bash\ntrap '%s' INT\necho $$ >>%s\nexec 9<> <(:); wait $!\nwhile :; do read -rt 9 -u 9; done\n";
    Path trapped = jpm.work().resolve("trapped");
    String seven = jpm.script("seven.sh", text.formatted("exit 7", trapped)).toString();
    String deaf = jpm.script("deaf.sh", text.formatted("", trapped)).toString();
    Path hooked = jpm.work().resolve("hooked");
    String hook =
        jpm.script("hook.sh", "#!/bin/bash\necho \"$JPM_EVENT\" >>" + hooked + "\n").toString();
    String file =
        """
        {"apps": [
          {"name": "seven", "script": "%s", "on": {"crash": "%s"}},
          {"name": "deaf", "script": "%s", "kill_timeout": 200, "instances": 2}]}
        """
            .formatted(seven, hook, deaf);
    jpm.run("start", jpm.script("two.json", file).toString()).ok();
    awaitLines(trapped, 3);
    runAndRecordPids("restart", "seven");
    awaitLines(trapped, 4);
    runAndRecordPids("stop", "seven");
    runAndRecordPids("start", "seven");
    awaitLines(trapped, 5);
    runAndRecordPids("reload", "seven");
    awaitLines(trapped, 6);
    runAndRecordPids("scale", "deaf", "1");
    runAndRecordPids("delete", "deaf");
    assertEachExitIsReportedOnce();
    Map<String, Set<String>> outcomes = new HashMap<>();
    exits()
        .forEach(exit ->
            outcomes
                .computeIfAbsent(exit.getString("app"), _ -> new HashSet<>())
                .add(exit.getValue("exit_code") + " " + exit.getValue("exit_signal")));
    assertThat(outcomes)
        .isEqualTo(Map.of("seven", Set.of("7 null"), "deaf", Set.of("null SIGKILL")));
    assertThat(exits()).allMatch(exit -> Boolean.TRUE.equals(exit.getValue("expected")));
    int crashed = jpm.pid("seven");
    recordPids();
    Jpm.kill(crashed);
    Eventually.await(
        "seven is restarted", Jpm.LONG, () -> !Set.of(0, crashed).contains(jpm.pid("seven")));
    assertEachExitIsReportedOnce();
    JsonObject last = exits().getLast();
    assertThat(last.getInteger("pid")).isEqualTo(crashed);
    assertThat(last.containsKey("expected")).isFalse();
    awaitLines(hooked, 1);
    assertThat(Files.readAllLines(hooked)).containsExactly("crash");
    recordPids();
    jpm.run("kill").ok();
    jpm.run("ping").ok();
    assertEachExitIsReportedOnce();
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void reloadReportsTheExitsOfOldAndOfFailedNewProcesses() throws Exception {
    String server =
        """
        const http = require('http');
        if (require('fs').existsSync('%s')) setTimeout(() => process.exit(9), 50);
        else http.createServer((_, to) => to.end('x')).listen(0, '127.0.0.1');
        """
            .formatted(jpm.work().resolve("broken"));
    String script = jpm.script("server.js", server).toString();
    jpm.run("start", script, "--name", "web", "-i", "2").ok();
    runAndRecordPids("reload", "web");
    runAndRecordPids("scale", "web", "3");
    runAndRecordPids("scale", "web", "1");
    assertEachExitIsReportedOnce();
    jpm.script("broken", "");
    jpm.run("reload", "web").failed();
    List<JsonObject> failed =
        exits().stream()
            .filter(exit -> Integer.valueOf(9).equals(exit.getValue("exit_code")))
            .toList();
    assertThat(failed).hasSize(1);
    assertThat(failed.getFirst().getString("reason"))
        .contains("before it replaced the old process");
    jpm.run("delete", "web").ok();
    assertThat(jpm.list()).isEmpty();
  }
}
