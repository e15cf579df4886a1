package io.jpm.e2e.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import io.jpm.testing.Need;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A user of PM2 moves to jpm with `jpm import-pm2`.
@Timeout(300)
class ImportIT {
  /// Runs only while the directory `taken` does not exist, like a server that needs a free port.
  private static final String APP =
      "#!/bin/sh\n[ ! -e \"$FAKE/taken\" ] || exit 9\nexec sleep 1000\n";

  private Jpm jpm;
  private Path fake;
  private Path pm2Home;
  private Path script;
  private ServerSocketChannel daemon;

  @BeforeEach
  void open() throws Exception {
    jpm = new Jpm();
    fake = Files.createDirectories(jpm.work().resolve("fake"));
    pm2Home = Files.createDirectories(jpm.work().resolve("p"));
    script = jpm.script("app.sh", APP);
    jpm.environment("FAKE_PM2", fake.toString());
    jpm.environment("PM2_HOME", pm2Home.toString());
    String path = Jpm.ROOT.resolve("src/test/resources/pm2") + ":" + System.getenv("PATH");
    jpm.environment("PATH", path);
    daemon = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
  }

  @AfterEach
  void close() throws Exception {
    daemon.close();
    jpm.close();
  }

  /// Simulates a PM2 daemon that can be reached and has these processes.
  private void simulatePm2(JsonObject... processes) throws IOException {
    daemon.bind(UnixDomainSocketAddress.of(pm2Home.resolve("rpc.sock")));
    var list = new JsonArray();
    for (int id = 0; id < processes.length; id++) {
      list.add(new JsonObject().put("pm_id", id).put("pm2_env", processes[id]));
    }
    Files.writeString(fake.resolve("list.json"), list.encode());
    Files.createDirectory(fake.resolve("taken"));
  }

  private JsonObject process(String name, String status) throws IOException {
    return new JsonObject()
        .put("name", name)
        .put("status", status)
        .put("pm_exec_path", script.toString())
        .put("exec_interpreter", "sh")
        .put("pm_cwd", jpm.work().toString())
        .put("exec_mode", "fork_mode")
        .put("args", new JsonArray().add("a b"))
        .put("kill_timeout", 2500)
        .put("env", new JsonObject().put("FAKE", fake.toString()).put("OWN", "1").put("TERM", "x"));
  }

  private List<String> pm2Calls() throws IOException {
    return Files.readAllLines(fake.resolve("calls"));
  }

  @Test
  void appsAreImportedOneByOneAndNotTwice() throws Exception {
    simulatePm2(
        process("web", "online"),
        process("idle", "stopped"),
        process("pm2-logrotate", "online").put("pmx_module", true));
    Jpm.Result dry = jpm.run("import-pm2", "--dry-run").ok();
    assertThat(dry.out())
        .contains("web: 1 instance, fork: would be stopped in PM2 and started in jpm")
        .contains("web: the app's own variables are FAKE, OWN")
        .contains("Would import 2 apps, 1 skipped, 0 failed");
    assertThat(pm2Calls()).containsExactly("jlist");
    assertThat(jpm.list()).isEmpty();

    assertThat(jpm.run("import-pm2").ok().out())
        .contains("web: 1 instance, fork: stopped in PM2, started in jpm with id 0")
        .contains("idle: 1 instance, fork: added to jpm with id 1, stopped")
        .contains("pm2-logrotate: a PM2 module, skipped")
        .contains("Imported 2 apps, 1 skipped, 0 failed")
        .contains("pm2 save --force")
        .contains("jpm startup");
    assertThat(pm2Calls()).containsExactly("jlist", "jlist", "stop 0", "delete 0", "delete 1");
    assertThat(jpm.status("web")).isEqualTo("online");
    assertThat(jpm.status("idle")).isEqualTo("stopped");
    JsonObject web = jpm.app("web").getJsonObject("pm2_env");
    assertThat(web.getJsonArray("args")).isEqualTo(new JsonArray().add("a b"));
    assertThat(web.getInteger("kill_timeout")).isEqualTo(2500);

    Jpm.Result again = jpm.run("import-pm2", "--json").ok();
    assertThat(new JsonObject(again.out()).getJsonArray("apps").stream().map(Object::toString))
        .hasSize(3)
        .allMatch(app -> app.contains("\"skipped\""));
    try (var files = Files.list(pm2Home)) {
      assertThat(files).as("files in PM2's home").containsExactly(pm2Home.resolve("rpc.sock"));
    }
  }

  @Test
  void appThatDoesNotStartIsStartedAgainInPm2() throws Exception {
    simulatePm2(process("web", "online"));
    Files.writeString(script, "#!/bin/sh\nexit 9\n");
    Jpm.Result result = jpm.run("import-pm2").failed();
    assertThat(result.err())
        // Either of the two, whichever happens first: God gives up the app, or its exit is seen.
        .containsAnyOf("web: the app does not keep running in jpm: ", "web: web (id 0): exit 9")
        .contains("PM2 has restarted the app");
    assertThat(result.out()).contains("Imported 0 apps, 0 skipped, 1 failed");
    assertThat(pm2Calls()).containsExactly("jlist", "stop 0", "restart 0");
    assertThat(fake.resolve("taken")).exists();
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  void appThatPm2DoesNotStopIsNotImported() throws Exception {
    simulatePm2(process("web", "online"));
    Files.createFile(fake.resolve("refuses-stop"));
    assertThat(jpm.run("import-pm2").failed().err())
        .contains("web: pm2 stop 0 exited with code 1: [PM2][ERROR] stop is refused");
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  void keepLeavesAppsInPm2sListAndOnlySelectsApps() throws Exception {
    simulatePm2(
        process("web", "online").put("cron_restart", "0 3 * * *"), process("idle", "stopped"));
    assertThat(jpm.run("import-pm2", "--only", "web,nope").failed().err())
        .contains("--only \"nope\" does not match any app: the apps in PM2 are web, idle");
    Jpm.Result result = jpm.run("import-pm2", "--keep", "--only", "web").ok();
    assertThat(result.err()).contains("PM2 keeps restarting the app according to cron_restart");
    assertThat(result.out()).contains("Imported 1 app, 0 skipped, 0 failed");
    assertThat(pm2Calls()).containsExactly("jlist", "jlist", "stop 0");
    assertThat(jpm.list()).hasSize(1);
  }

  @Test
  @Tag("slow")
  void duplicateNamesAndMissingFilesAreReportedBeforeAnythingIsStopped() throws Exception {
    simulatePm2(
        process("web", "online"),
        process("web", "online").put("pm_cwd", "/"),
        process("gone", "online").put("pm_exec_path", "/no/such/file.sh"));
    Jpm.Result result = jpm.run("import-pm2").failed();
    assertThat(result.err())
        .contains("web: several PM2 apps with this name differ in pm_cwd")
        .contains("gone: /no/such/file.sh: script not found");
    assertThat(pm2Calls()).containsExactly("jlist");
  }

  @Test
  @Tag("slow")
  void dumpIsReadWithoutStartingPm2sDaemon() throws Exception {
    assertThat(jpm.run("import-pm2").failed().err())
        .contains("PM2 is not running and " + pm2Home + " contains no readable saved list");
    Files.writeString(pm2Home.resolve("dump.pm2"), "[{broken");
    Files.writeString(
        pm2Home.resolve("dump.pm2.bak"),
        new JsonArray().add(process("web", "online")).encodePrettily());
    assertThat(jpm.run("import-pm2").ok().out())
        .contains("PM2 is not running: using its saved list " + pm2Home + "/dump.pm2.bak")
        .contains("web: 1 instance, fork: started in jpm with id 0");
    assertThat(fake.resolve("calls")).doesNotExist();
  }

  /// Runs only if JPM_TEST_PM2 is the path of a real `pm2`.
  @Test
  @Tag("slow")
  void appsOfARealPm2AreImported() throws Exception {
    String pm2 = System.getenv("JPM_TEST_PM2");
    Need.assume(pm2 != null, "a real pm2, which JPM_TEST_PM2 names");
    jpm.environment("PATH", Path.of(pm2).getParent() + ":" + System.getenv("PATH"));
    Path app = jpm.script("s.js", "require('http').createServer(() => {}).listen(0)\n");
    try {
      pm2(pm2, "start", app.toString(), "--name", "web", "-i", "2", "--", "a b");
      pm2(pm2, "start", "sleep 1000", "--name", "line");
      assertThat(jpm.run("import-pm2").ok().out())
          .contains("web: 2 instances, cluster: stopped in PM2, started in jpm with id 0, 1")
          .contains("line: 1 instance, fork: stopped in PM2, started in jpm with id 2");
      assertThat(pm2(pm2, "jlist")).isEqualTo("[]");
      assertThat(jpm.list()).hasSize(3);
      assertThat(jpm.status("line")).isEqualTo("online");
    } finally {
      pm2(pm2, "kill");
    }
  }

  private String pm2(String program, String... arguments) throws Exception {
    var command = new java.util.ArrayList<>(List.of(program));
    command.addAll(List.of(arguments));
    var builder = new ProcessBuilder(command).directory(jpm.work().toFile());
    builder
        .environment()
        .putAll(Map.of("PM2_HOME", pm2Home.toString(), "HOME", jpm.work().toString()));
    Process process = builder.redirectErrorStream(true).start();
    String out =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(out).isZero();
    return out.strip();
  }
}
