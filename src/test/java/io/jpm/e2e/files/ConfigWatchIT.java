package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A process file that is applied whenever it is edited, and the effect on running apps.
@Timeout(900)
class ConfigWatchIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static final int NOBODY = 65534;

  /// The number of edits in a row; `-Djpm.edits=100` sets another number. Every fourth edit is
  /// invalid.
  private static final int EDITS = Integer.getInteger("jpm.edits", 20);

  private int port;
  private Path file;
  private Path server;

  @BeforeEach
  void open() throws IOException {
    port = FreePort.find();
    file = jpm.work().resolve("apps.json");
    server = jpm.work().resolve("server.js");
    Files.copy(Jpm.ROOT.resolve("examples/cluster/node/server.js"), server);
  }

  private String text(int version) {
    JsonObject web =
        new JsonObject()
            .put("name", "web")
            .put("script", server.toString())
            .put("instances", 2)
            .put("port", port)
            .put("env", new JsonObject().put("VERSION", "" + version));
    JsonObject idle = new JsonObject().put("name", "idle").put("script", "/bin/sleep 1000");
    return new JsonObject().put("apps", new JsonArray().add(web).add(idle)).encodePrettily();
  }

  /// Writes the file as editors do, in turn: in place, by renaming another file over it, in two
  /// halves.
  private void edit(int number, String text) throws IOException {
    switch (number % 3) {
      case 0 -> Files.writeString(file, text);
      case 1 -> {
        Path next = Files.writeString(file.resolveSibling(".apps.json.swp"), text);
        Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
      }
      default -> {
        Files.writeString(file, text.substring(0, text.length() / 2));
        Files.writeString(file, text);
      }
    }
  }

  private Set<Integer> pids(String app) {
    Set<Integer> pids = new HashSet<>();
    jpm.list().stream()
        .filter(it -> it.getString("name").equals(app))
        .forEach(it -> pids.add(it.getInteger("pid")));
    return pids;
  }

  private boolean answers(Load load, int version) {
    try {
      return load.get().strip().endsWith(" " + version);
    } catch (IOException notYet) {
      return false;
    }
  }

  private boolean hasPlannedChanges() {
    return !jpm.run("plan", file.toString()).ok().out().equals("unchanged: web, idle\n");
  }

  /// A user who can write to the file could make a root daemon run anything.
  @Test
  @Needs({Need.NODE, Need.ROOT})
  void fileWritableByAnotherUserIsNeitherEvaluatedNorApplied() throws Exception {
    Path folder = Files.createDirectory(jpm.work().resolve("theirs"));
    Path marks = jpm.work().resolve("marks");
    Path script = folder.resolve("apps.config.js");
    String text =
        """
        require('fs').appendFileSync('%s', 'x');
        module.exports = {apps: [{name: 'idle', script: '/bin/sleep', args: '%s'}]};
        """;
    Files.writeString(script, text.formatted(marks, "1000"));
    jpm.run("start", script.toString(), "--watch-config").ok();
    Set<Integer> idle = pids("idle");
    long started = Files.size(marks);
    Eventually.await(
        "the daemon has evaluated the file", SOON, () -> marks.toFile().length() > started);
    long marked = Files.size(marks);

    Files.setAttribute(folder, "unix:uid", NOBODY);
    Files.writeString(script, text.formatted(marks, "2000"));
    String sentence =
        "%s belongs to uid %d (mode rwxr-xr-x), who could replace %s: its edits are not applied"
            .formatted(folder, NOBODY, script);
    Eventually.await(
        "the edit is refused", SOON, () -> jpm.run("ls").ok().err().contains(sentence));
    assertThat(Files.size(marks)).isEqualTo(marked);
    assertThat(pids("idle")).isEqualTo(idle);

    Files.setAttribute(folder, "unix:uid", 0);
    Files.setAttribute(script, "unix:uid", NOBODY);
    Files.writeString(script, text.formatted(marks, "3000"));
    Eventually.await(
        "the owner of the file is reported",
        SOON,
        () -> jpm.run("ls").ok().err().contains(script + " belongs to uid " + NOBODY + " (mode"));
    assertThat(Files.size(marks)).isEqualTo(marked);

    Files.setAttribute(script, "unix:uid", 0);
    Files.writeString(script, text.formatted(marks, "4000"));
    Eventually.await(
        "the edit of the daemon's user is applied", SOON, () -> !pids("idle").equals(idle));
    Eventually.await(
        "no owner is reported any more",
        SOON,
        () -> !jpm.run("ls").ok().err().contains("belongs to"));
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void editsUnderLoadLoseNoRequestsAndChangeOnlyTheEditedApp() throws Exception {
    Files.writeString(file, text(0));
    jpm.run("start", file.toString(), "--watch-config").ok();
    Set<Integer> idle = pids("idle");
    try (Load load = new Load(port)) {
      Eventually.await("web answers", SOON, () -> answers(load, 0));
      load.keepAlive(4).closing(2);
      for (int edit = 1; edit <= EDITS; edit++) {
        boolean invalid = edit % 4 == 0;
        Set<Integer> before = pids("web");
        edit(
            edit,
            invalid
                ? text(edit).replace("\"instances\" : 2", "\"instances\" : \"two\"")
                : text(edit));
        if (invalid) {
          Eventually.await(
              "the mistake is reported",
              SOON,
              () -> jpm.run("ls").ok().err().contains("\"two\" is not a number"));
          assertThat(pids("web")).isEqualTo(before);
        } else {
          Eventually.await("edit " + edit + " is applied", SOON, () -> !hasPlannedChanges());
          assertThat(pids("web")).hasSize(2).doesNotContainAnyElementsOf(before);
        }
        assertThat(pids("idle")).isEqualTo(idle);
      }
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.done("keep-alive")).isPositive();
    }
    String events = jpm.run("events", "--lines", "500", "--json").ok().out();
    assertThat(events).contains("\"event\":\"config\"", "\"event\":\"config_failed\"");
    assertThat(jpm.list()).allMatch(it -> status(it).equals("online"));
  }

  private static String status(JsonObject app) {
    return app.getJsonObject("pm2_env").getString("status");
  }

  /// Changes the server: with BROKEN in its environment it exits, and with MUTE it never listens.
  private void makeServerFailable() throws IOException {
    String before = "if (process.env.BROKEN) process.exit(4);\n";
    String mute = "if (process.env.MUTE) setInterval(() => {}, 1000); else server.listen";
    Files.writeString(server, before + Files.readString(server).replace("server.listen", mute));
  }

  private String withVariable(int version, String name) {
    return text(version)
        .replace("\"VERSION\"", "\"" + name + "\" : \"1\", \"VERSION\"")
        .replace("\"port\"", "\"listen_timeout\" : \"2s\", \"port\"");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void failedApplyIsRolledBackAndStaysInThePlan() throws Exception {
    makeServerFailable();
    Files.writeString(file, text(0));
    jpm.run("start", file.toString()).ok();
    Set<Integer> before = pids("web");
    Set<Integer> idle = pids("idle");
    try (Load load = new Load(port)) {
      Eventually.await("web answers", SOON, () -> answers(load, 0));
      load.keepAlive(2).closing(2);
      for (String fault : List.of("BROKEN", "MUTE")) {
        Files.writeString(file, withVariable(1, fault));
        Jpm.Result failed = jpm.run("apply", file.toString()).failed();
        assertThat(failed.code()).isEqualTo(1);
        assertThat(failed.err())
            .contains("web (id 0): the new process did not become ready")
            .contains("keeps serving; 0 of 2 instances were replaced");
        assertThat(failed.out()).contains("web: rolling (", ", failed\n", "unchanged: idle");
        assertThat(pids("web")).isEqualTo(before);
        assertThat(pids("idle")).isEqualTo(idle);
        assertThat(jpm.run("plan", file.toString()).ok().out())
            .as("the plan after the failure")
            .contains("web: rolling (", "env.VERSION: 0 → 1", "unchanged: idle");
        assertThat(answers(load, 0)).isTrue();
      }
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.answers().keySet()).allMatch(answer -> answer.endsWith(" 0"));
    }
    Files.writeString(file, text(2));
    jpm.run("apply", file.toString()).ok();
    assertThat(pids("web")).hasSize(2).doesNotContainAnyElementsOf(before);
    assertThat(jpm.run("apply", file.toString()).ok().out()).isEqualTo("unchanged: web, idle\n");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void failedEditIsRolledBackAndReported() throws Exception {
    makeServerFailable();
    Files.writeString(file, text(0));
    jpm.run("start", file.toString(), "--watch-config").ok();
    Set<Integer> before = pids("web");
    try (Load load = new Load(port)) {
      Eventually.await("web answers", SOON, () -> answers(load, 0));
      load.keepAlive(2).closing(2);
      Files.writeString(file, withVariable(1, "BROKEN"));
      Eventually.await(
          "the failure is reported",
          SOON,
          () -> jpm.run("ls").ok().err().contains("the new process did not become ready"));
      assertThat(pids("web")).isEqualTo(before);
      Files.writeString(file, text(2));
      Eventually.await("the next edit is applied", SOON, () -> !hasPlannedChanges());
      load.stop();
      assertThat(load.failures()).isEmpty();
    }
    Eventually.await(
        "the failure is no longer reported",
        SOON,
        () -> !jpm.run("ls").ok().err().contains("did not become ready"));
    assertThat(pids("web")).hasSize(2).doesNotContainAnyElementsOf(before);
  }

  @Test
  @Tag("slow")
  void erroredAppIsStartedByTheNextApply() throws Exception {
    jpm.script("ends.sh", "#!/bin/sh\ntest -e fixed && exec sleep 1000\nexit 3\n");
    Files.writeString(
        file,
        """
        {"apps": [{"name": "ends", "script": "./ends.sh", "max_restarts": 1},
                  {"name": "idle", "script": "/bin/sleep 1000"}]}
        """);
    jpm.run("apply", file.toString());
    jpm.awaitStatus("ends", "errored");
    Set<Integer> idle = pids("idle");
    assertThat(jpm.run("plan", file.toString()).ok().out())
        .isEqualTo("ends: start (status: errored → online)\nunchanged: idle\n");
    Files.writeString(jpm.work().resolve("fixed"), "");
    jpm.run("apply", file.toString()).ok();
    jpm.awaitStatus("ends", "online");
    assertThat(pids("idle")).isEqualTo(idle);
    assertThat(jpm.run("apply", file.toString()).ok().out()).isEqualTo("unchanged: ends, idle\n");
  }

  @Test
  @Tag("slow")
  void growingLogInTheDirectoryDoesNotDelayEdits() throws Exception {
    writeSleeper("a", "1");
    jpm.script("prints.sh", "#!/bin/sh\nwhile :; do date >> conf.d/some.log; sleep 0.05; done\n");
    jpm.run("start", "./prints.sh").ok();
    jpm.run("start", "./conf.d", "--watch-config").ok();
    Path log = jpm.work().resolve("conf.d/some.log");
    Eventually.await("the log exists", SOON, () -> Files.exists(log));
    writeSleeper("a", "2");
    awaitVersion("a", "2");
    jpm.awaitStatus("prints", "online");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void editWithoutADaemonIsAppliedByTheNextOne() throws Exception {
    Path script = jpm.work().resolve("apps.config.js");
    Files.writeString(
        script,
        """
        module.exports = {
          hot: true,
          apps: [{ name: 'idle', script: '/bin/sleep 1000', env: { WHO: process.env.WHO, N: '1' } }],
        };
        """);
    jpm.environment("WHO", "first");
    jpm.run("start", script.toString()).ok();
    jpm.environment("WHO", "second");
    jpm.killDaemon();
    Files.writeString(script, Files.readString(script).replace("'1'", "'2'"));
    Eventually.await(
        "the next daemon has applied the edit",
        SOON,
        () -> jpm.run("env", "idle").ok().out().contains("N: 2"),
        () -> jpm.run("env", "idle").out());
    assertThat(jpm.run("env", "idle").ok().out())
        .as("variables of the caller that started the file")
        .contains("WHO: first");
    jpm.run("start", script.toString(), "--no-watch-config").ok();
    assertThat(Files.readString(jpm.home().resolve("state.json"))).doesNotContain("\"reading\"");
  }

  private void writeSleeper(String name, String version) throws IOException {
    Files.writeString(
        Files.createDirectories(jpm.work().resolve("conf.d")).resolve(name + ".json"),
        sleeperText(name, version));
  }

  private static String sleeperText(String name, String version) {
    return "{\"apps\": [{\"name\": \"%s\", \"script\": \"/bin/sleep 1000\", \"env\": {\"N\": \"%s\"}}]}"
        .formatted(name, version);
  }

  private void awaitVersion(String app, String version) {
    Eventually.await(
        app + " has " + version,
        SOON,
        () -> jpm.run("env", app).out().contains("N: " + version),
        () -> jpm.run("env", app).out());
  }

  @Test
  void directoryIsAppliedAsAWholeAndAppsOutliveTheirFiles() throws Exception {
    writeSleeper("a", "1");
    jpm.run("start", "./conf.d", "--watch-config").ok();
    int a = jpm.pid("a");
    writeSleeper("b", "1");
    awaitVersion("b", "1");
    jpm.awaitStatus("b", "online");
    int b = jpm.pid("b");
    assertThat(jpm.pid("a")).isEqualTo(a);
    Path broken = jpm.work().resolve("conf.d/b.json");
    Files.writeString(broken, "{\"apps\": [{\"name\": \"b\",\n \"scrpt\": \"x\"}]}");
    writeSleeper("a", "2");
    Eventually.await(
        "the mistake is reported", SOON, () -> jpm.run("ls").ok().err().contains("\"scrpt\""));
    assertThat(jpm.pid("a")).isEqualTo(a);
    assertThat(jpm.pid("b")).isEqualTo(b);
    writeSleeper("b", "1");
    awaitVersion("a", "2");
    assertThat(jpm.pid("b")).isEqualTo(b);
    Files.delete(broken);
    writeSleeper("a", "3");
    awaitVersion("a", "3");
    assertThat(jpm.pid("b")).as("the pid of b without its file").isEqualTo(b);
    assertThat(jpm.status("b")).isEqualTo("online");
    assertThat(jpm.run("plan", "./conf.d", "--prune").ok().out()).contains("delete").contains("b");
    jpm.run("apply", "./conf.d", "--prune").ok();
    assertThat(jpm.list()).hasSize(1);
  }

  @Test
  @Tag("slow")
  void onlyLeavesOtherAppsNeitherStartedNorChanged() throws Exception {
    String three =
        """
        {"apps": [{"name": "a", "script": "/bin/sleep 1000", "env": {"N": "%s"}},
                  {"name": "b", "script": "/bin/sleep 1000", "env": {"N": "%s"}},
                  {"name": "c", "script": "/bin/sleep 1000", "env": {"N": "%s"}}]}
        """;
    Files.writeString(file, three.formatted("1", "1", "1"));
    jpm.run("start", file.toString(), "--only", "b").ok();
    jpm.run("start", file.toString(), "--only", "a", "--watch-config").ok();
    int b = jpm.pid("b");
    Files.writeString(file, three.formatted("2", "2", "2"));
    awaitVersion("a", "2");
    assertThat(jpm.pid("b")).isEqualTo(b);
    assertThat(jpm.run("env", "b").ok().out()).contains("N: 1");
    assertThat(jpm.list()).hasSize(2);
    Files.writeString(file, sleeperText("b", "3"));
    Files.writeString(file, three.formatted("3", "3", "3"));
    awaitVersion("a", "3");
    assertThat(jpm.pid("b")).isEqualTo(b);
  }
}
