package io.jpm.e2e.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import io.jpm.god.journal.Failpoint;
import io.jpm.testing.Eventually;
import io.jpm.testing.Representatives;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// The daemon dies as by `kill -9` at each step of start, restart, stop, delete and save. The next
/// daemon has the list as it was before the command, or as the command leaves it. Every process of
/// an app runs once and is counted, and no other process has received a signal.
///
/// All runs share one home. An app that no command touches must not be affected by any of them.
@Timeout(300)
@TestInstance(Lifecycle.PER_CLASS)
class FailpointIT {
  /// More would be a loop. Three are possible: by the command, by its repetition by the client, and
  /// after a stop that the daemon had not recorded.
  private static final int MOST_PROCESSES = 3;

  private Jpm jpm;
  private Path starts;
  private Path clustered;

  /// Whether a reload was tried since the app was started. A process that the reload started may
  /// have ended again.
  private boolean reloaded;

  private Process bystander;
  private ObservedInstance untouched;

  /// The commands that run while the daemon is about to die, in this order.
  private enum Operation {
    START("online"),
    RESTART("online"),
    STOP("stopped"),
    START_AGAIN("online"),
    RELOAD("online"),
    SAVE("online"),
    DELETE("");

    /// The status that the command leads to; empty if the instance is removed.
    private final String status;

    Operation(String status) {
      this.status = status;
    }
  }

  /// An instance as a user sees it, and the processes that it has had.
  private record ObservedInstance(String status, int pid, int restarts, List<String> begun) {}

  @BeforeAll
  void open() throws Exception {
    jpm = new Jpm();
    starts = Files.createDirectories(jpm.work().resolve("starts"));
    Path script =
        jpm.script(
            "app.sh",
            // Reports its start both in its log and in a file, and becomes a process that any
            // signal ends.
            """
            #!/bin/sh
            echo "begin $$"
            echo "begin $$" >>"%s/$name-$NODE_APP_INSTANCE"
            exec sleep 98765
            """
                .formatted(starts));
    clustered = jpm.work().resolve("web.json");
    Files.writeString(
        clustered,
        new JsonObject()
            .put("name", "web")
            .put("script", script.toString())
            .put("instances", 2)
            .put("exec_mode", "cluster")
            .put("min_uptime", 100)
            .encode());
    // The keeper would start another daemon, which would die at the same moment again.
    jpm.settings("{\"keeper\": {\"enabled\": false}}");
    jpm.run("start", script.toString(), "--name", "anchor").ok();
    jpm.run("save").ok();
    untouched = awaitSettled().get("anchor/0");
    bystander = new ProcessBuilder("sleep", "98765").start();
  }

  @AfterAll
  void close() throws IOException {
    bystander.destroyForcibly();
    jpm.close();
  }

  static Stream<Arguments> failpointHits() {
    return Stream.of(Failpoint.values())
        .flatMap(point -> hits(point).stream().map(hit -> Arguments.of(point, hit)));
  }

  /// Returns which hits of the failpoint the daemon dies at. Two instances are started, so the
  /// third hit belongs to another command, or to another step of the same one.
  private static List<Integer> hits(Failpoint point) {
    if (point.name().startsWith("JOURNAL")) {
      // The first write belongs to the adoption.
      return List.of(2 + point.name().length() % 5);
    }
    return switch (point) {
      case SPAWNED -> List.of(2, 3);
      case SIGNALLED, EXIT_SEEN -> List.of(1, 4);
      case SPAWN_BEGINS, SPAWN_TOLD, SIGNAL_BEGINS -> List.of(3);
      case EXIT_TOLD, REMOVE_BEGINS, REMOVED -> List.of(2);
      default -> List.of(1);
    };
  }

  @ParameterizedTest
  @Representatives({4, 28})
  @MethodSource("failpointHits")
  void nextDaemonAgreesWithTheRunningProcesses(Failpoint point, int hit) throws IOException {
    long armed = bootArmed(point, hit);
    boolean dead = isGone(armed);
    for (Operation operation : Operation.values()) {
      if (!dead) {
        carryOut(operation);
        dead = isGone(armed);
      }
    }
    assertThat(dead).as("%s:%d is reached", point, hit).isTrue();
    Map<String, ObservedInstance> present = awaitSettled();
    assertThat(present.get("anchor/0")).isEqualTo(untouched);
    assertThat(bystander.isAlive()).as("the process that is not an app is alive").isTrue();
    assertThat(jpm.log("anchor-out.log")).isEqualTo(untouched.begun());
  }

  /// @return the pid of a daemon that will end at `point`; 0 if it ended before it was ready
  private long bootArmed(Failpoint point, int hit) throws IOException {
    if (awaitSettled().containsKey("web/0") || awaitSettled().containsKey("web/1")) {
      jpm.run("delete", "web").ok();
    }
    jpm.killDaemon();
    Jpm.Result boot =
        Jpm.finish(
            jpm.begin(
                Map.of("JPM_JAVA_OPTS", "-Djpm.failpoint=%s:%d".formatted(point, hit)), "ping"));
    return boot.code() == 0 ? jpm.daemonPid() : 0;
  }

  private boolean isGone(long daemon) throws IOException {
    return daemon == 0 || !Jpm.running((int) daemon) || jpm.daemonPid() != daemon;
  }

  /// Runs a command. If the daemon dies, the client starts another one, without the failpoint, and
  /// sends the request again.
  private void carryOut(Operation operation) throws IOException {
    Map<String, ObservedInstance> before = webInstances();
    if (operation == Operation.START) {
      deleteStartFiles();
      reloaded = false;
    }
    reloaded |= operation == Operation.RELOAD;
    Jpm.Result result = run(operation);
    Map<String, ObservedInstance> after = webInstances();
    String what =
        "%s: %s%s before %s after %s"
            .formatted(operation, result.out(), result.err(), before, after);
    for (int number = 0; number < 2; number++) {
      checkInstance(
          operation,
          result.code() == 0,
          before.get("web/" + number),
          after.get("web/" + number),
          what);
    }
    assertThat(Set.of(Set.of("anchor"), Set.of("anchor", "web"))).as(what).contains(savedApps());
    if (operation == Operation.SAVE && result.code() == 0) {
      assertThat(savedApps()).as(what).contains("web");
    }
  }

  private static void checkInstance(
      Operation operation,
      boolean done,
      ObservedInstance before,
      ObservedInstance after,
      String what) {
    String status = after == null ? "" : after.status();
    if (done) {
      assertThat(status).as(what).isEqualTo(operation.status);
    } else {
      List<String> possible = new ArrayList<>(List.of(operation.status));
      possible.add(before == null ? "" : before.status());
      if (operation == Operation.DELETE) {
        possible.add("stopped"); // half was done, and the client does not repeat it
      }
      assertThat(status).as(what).isIn(possible);
    }
    if (after == null) {
      return;
    }
    int begun = after.begun().size() - (before == null ? 0 : before.begun().size());
    int counted = after.restarts() - (before == null ? 0 : before.restarts());
    // The start of an instance that did not run is not counted as a restart.
    boolean first = before == null || before.status().equals("stopped");
    int expected = first ? Math.max(0, begun - 1) : begun;
    if (operation == Operation.RELOAD) {
      // A candidate that was to replace another process ends with the daemon that started it. The
      // next daemon starts another candidate when the request is repeated.
      assertThat(counted).as(what).isBetween(done ? 1 : 0, expected);
    } else {
      assertThat(counted).as(what).isEqualTo(expected);
    }
    assertThat(begun).as(what).isLessThanOrEqualTo(MOST_PROCESSES);
    if (operation == Operation.SAVE) {
      assertThat(after).as(what).isEqualTo(before);
    }
  }

  private Jpm.Result run(Operation operation) {
    return switch (operation) {
      case START -> jpm.run("start", clustered.toString());
      case RELOAD -> jpm.run("reload", "web");
      case RESTART -> jpm.run("restart", "web");
      case STOP -> jpm.run("stop", "web");
      case START_AGAIN -> jpm.run("start", "web");
      case SAVE -> jpm.run("save");
      case DELETE -> jpm.run("delete", "web");
    };
  }

  private void deleteStartFiles() throws IOException {
    Files.deleteIfExists(starts.resolve("web-0"));
    Files.deleteIfExists(starts.resolve("web-1"));
  }

  private Map<String, ObservedInstance> webInstances() {
    Map<String, ObservedInstance> all = awaitSettled();
    all.remove("anchor/0");
    return all;
  }

  /// Waits until nothing is in progress and the list matches the running processes: each online
  /// instance has one process, which has reported its start and is in the log, and there is no
  /// other process.
  private Map<String, ObservedInstance> awaitSettled() {
    Map<String, ObservedInstance> found = new TreeMap<>();
    Eventually.await(
        "list, processes and logs agree",
        Jpm.LONG,
        () -> {
          found.clear();
          return agree(found);
        },
        () -> found + " processes " + jpm.processTags());
    return found;
  }

  private boolean agree(Map<String, ObservedInstance> found) {
    Map<Integer, String> expected = new HashMap<>();
    boolean agreed = true;
    for (JsonObject app : jpm.list()) {
      JsonObject env = app.getJsonObject("pm2_env");
      String name = app.getString("name") + "/" + env.getInteger("NODE_APP_INSTANCE");
      ObservedInstance observedInstance =
          new ObservedInstance(
              env.getString("status"),
              Optional.ofNullable(app.getInteger("pid")).orElse(0),
              env.getInteger("restart_time"),
              lines(starts.resolve(name.replace('/', '-'))));
      assertThat(found.put(name, observedInstance)).as("twice in the list: " + name).isNull();
      boolean online = observedInstance.status().equals("online");
      if (online) {
        expected.put(observedInstance.pid(), app.getInteger("pm_id").toString());
        int last = observedInstance.begun().lastIndexOf("begin " + observedInstance.pid());
        agreed &= last >= 0 && (reloaded || last == observedInstance.begun().size() - 1);
      }
      agreed &= online || observedInstance.status().equals("stopped");
      agreed &= lines(Path.of(env.getString("pm_out_log_path"))).equals(observedInstance.begun());
    }
    Map<Integer, String> running = jpm.processTags();
    running.replaceAll((_, tag) -> tag.substring(0, tag.indexOf('-')));
    return agreed && running.equals(expected);
  }

  private static List<String> lines(Path file) {
    try {
      return Files.exists(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  /// Returns the names in `dump.json`, which is complete at every moment.
  private Set<String> savedApps() throws IOException {
    var dump = new JsonObject(Files.readString(jpm.home().resolve("dump.json")));
    return dump.getJsonArray("apps").stream()
        .map(app -> ((JsonObject) app).getJsonObject("spec").getString("name"))
        .collect(Collectors.toSet());
  }
}
