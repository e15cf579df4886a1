package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.GitFixture;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The command lines of PM2's introductory documents, as they are written there, with real
/// programs. All tests share one home.
@Timeout(300)
@Needs({Need.NODE, Need.PYTHON})
class SeedCommandsIT {
  private static final int CPUS = Runtime.getRuntime().availableProcessors();

  private static Jpm jpm;

  private Pm2Table table;
  private int port;

  @BeforeAll
  static void openHome() throws IOException {
    jpm = new Jpm();
  }

  @BeforeEach
  void writePrograms() throws IOException {
    table = new Pm2Table(jpm);
    port = FreePort.find();
    jpm.script(
        "app.js",
        """
        console.log('args', process.argv.slice(2).join(' '));
        console.error('started');
        const server = require('http').createServer((request, response) => response.end('ok'));
        server.listen(%d);
        process.on('message', (message) => message === 'shutdown' && server.close(() => process.exit(0)));
        """
            .formatted(port));
    write("my-bash-script.sh", "echo \"bash $BASH_VERSION\"; sleep 98765\n");
    write("my-python-script.py", "import time\nprint('python', flush=True)\ntime.sleep(98765)\n");
    write("app.json", "{\"name\": \"from-json\", \"script\": \"./my-bash-script.sh\"}");
    write(
        "process.json",
        """
        {"apps": [{"name": "stage", "script": "./my-bash-script.sh", "env": {"LEVEL": "none"},
          "env_production": {"LEVEL": "production"}, "env_staging": {"LEVEL": "staging"}}]}
        """);
    write(
        "ecosystem.config.js",
        """
        module.exports = {
          apps: [
            {name: 'api-app', script: './my-bash-script.sh'},
            {name: 'worker', script: './my-bash-script.sh'}],
          deploy: {production: {host: 'localhost', repo: process.env.REPO, ref: 'main', path: process.env.TARGET}}};
        """);
  }

  @AfterEach
  void removeApps() throws IOException {
    jpm.clear();
  }

  @AfterAll
  static void closeHome() throws IOException {
    jpm.close();
  }

  private static void write(String name, String text) throws IOException {
    Files.writeString(jpm.work().resolve(name), text);
  }

  /// Checks the apps that the last command started, and deletes them.
  private void assertApps(String name, String mode, int instances, String... args) {
    List<JsonObject> apps = jpm.list();
    assertThat(apps)
        .hasSize(instances)
        .allSatisfy(app -> {
          JsonObject env = app.getJsonObject("pm2_env");
          assertThat(app.getString("name")).isEqualTo(name);
          assertThat(env.getString("status")).isEqualTo("online");
          assertThat(env.getString("exec_mode")).isEqualTo(mode + "_mode");
          assertThat(env.getJsonArray("args", new JsonArray()).stream().map(String::valueOf))
              .containsExactly(args);
        });
    table.succeeds("delete all", "Deleted " + name);
  }

  private static void awaitLine(String file, String part) throws IOException {
    Path log = jpm.work().resolve(file);
    Eventually.await(file + " contains " + part, Jpm.LONG, () -> read(log).contains(part));
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  @Test
  void nodeAppIsStartedInEveryMode() throws IOException {
    table.succeeds("start app.js -i 4");
    assertApps("app", "cluster", 4);
    table.succeeds("start app.js -i max");
    assertApps("app", "cluster", CPUS);
    table.succeeds("start app.js -i 0");
    assertApps("app", "cluster", CPUS);
    table.succeeds("start app.js -i 3");
    assertApps("app", "cluster", 3);
    table.succeeds("start app.js -x");
    assertApps("app", "fork", 1);
    table.succeeds("start app.js -x -- -a 23");
    assertApps("app", "fork", 1, "-a", "23");
    table.succeeds("start app.js --name my-api");
    assertApps("my-api", "fork", 1);
    table.succeeds("start app.js -i max -- -a 23");
    assertApps("app", "cluster", CPUS, "-a", "23");
    table.succeeds("start app.js -i max -e err.log -o out.log");
    awaitLine("out-0.log", "args");
    awaitLine("err-0.log", "started");
    assertApps("app", "cluster", CPUS);
  }

  @Test
  void scriptsOfOtherLanguagesAreStarted() throws IOException {
    table.succeeds("start my-bash-script.sh -x --interpreter bash");
    assertApps("my-bash-script", "fork", 1);

    // The program itself, not a script that chooses a version and needs more of PATH.
    Path python3 =
        Path.of(jpm.shell("python3 -c 'import sys; print(sys.executable)'").ok().out().strip());
    // The commands must work whether this machine has the program python or not.
    Path programs = Files.createDirectories(jpm.work().resolve("programs"));
    for (String program : List.of("bash", "base64", "head", "tr", "sleep")) {
      Files.createSymbolicLink(programs.resolve(program), find(program));
    }
    Files.createSymbolicLink(programs.resolve("python3"), python3);
    String line = "start my-python-script.py -x --interpreter python";
    Jpm.Result result = jpm.shell(command(line), Map.of("PATH", programs.toString()));
    assertThat(result.failed().err())
        .contains("interpreter \"python\" was not found in PATH, but python3 was: use python3");
    assertThat(jpm.list()).isEmpty();
    jpm.shell(command(line + "3"), Map.of("PATH", programs.toString())).ok();
    assertApps("my-python-script", "fork", 1);
    Files.createSymbolicLink(programs.resolve("python"), python3);
    jpm.shell(command(line), Map.of("PATH", programs.toString())).ok();
    assertApps("my-python-script", "fork", 1);
  }

  private static List<String> command(String line) {
    return Stream.concat(
            Stream.of(Jpm.ROOT.resolve("bin/jpm").toString()), Pm2Table.words(line).stream())
        .toList();
  }

  private static Path find(String program) {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, program))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void processFilesAreStartedAndChanged() {
    table.succeeds("start app.json");
    assertApps("from-json", "fork", 1);
    table.succeeds("start process.json --env production");
    table.succeeds("env stage", "LEVEL: production");
    table.succeeds("restart process.json --env staging", "Restarted stage");
    table.succeeds("env stage", "LEVEL: staging");
    table.succeeds("delete all");

    table.succeeds("start ecosystem.config.js --only api-app", "api-app");
    assertThat(jpm.list()).hasSize(1);
    table.succeeds("restart ecosystem.config.js --only api-app", "Restarted api-app");
    table.succeeds("reload ecosystem.config.js --only api-app", "Restarted api-app");
    table.succeeds(
        "gracefulReload ecosystem.config.js --only api-app",
        "Restarted api-app",
        "api-app: stopped the old process with SIGINT, because the app does not read messages from its IPC channel");
    assertThat(jpm.restarts("api-app")).isEqualTo(3);
    table.succeeds("delete ecosystem.config.js --only api-app", "Deleted api-app");
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  void appIsScaledReloadedAndInspected() throws IOException {
    table.succeeds("start app.js -i 1");
    table.succeeds("scale app 2", "Scaled app to 2 instances");
    table.succeeds("scale app +3", "Scaled app to 5 instances");
    table.succeeds("scale app 2", "Scaled app to 2 instances");
    table.succeeds("reload app", "Reloaded app (ids 0, 1)");
    for (String verb : List.of("gracefulReload", "graceful-reload", "GRACEFULRELOAD")) {
      table.succeeds(
          verb + " app",
          "Reloaded app (ids 0, 1)",
          "app: sent the message 'shutdown' to 2 old processes, with 30 s");
    }
    assertThat(jpm.list())
        .allMatch(app -> app.getJsonObject("pm2_env").getInteger("restart_time") == 4);
    table.succeeds("list", "│ app", "│ online");
    table.fails("monit", "monit requires a terminal: use jpm ls");
    table.succeeds("describe 0", "Describing process with id 0 - name app");
    Process logs = jpm.begin("logs");
    assertThat(logs.inputReader().lines().anyMatch(line -> line.contains("|app"))).isTrue();
    logs.destroy();
    table.succeeds("restart 0", "Restarted app (id 0)");
    table.succeeds("stop 0", "Stopped app (id 0)", "│ stopped");
    table.succeeds("delete 0", "Deleted app (id 0)");
    assertThat(jpm.list()).hasSize(1);
    table.succeeds("stop all", "Stopped app");
    table.succeeds("restart all", "Restarted app");
    table.succeeds("reload all", "Reloaded app");
    table.succeeds("delete all", "Deleted app");
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  void bootDashboardAndDeploymentAreSetUp() throws Exception {
    Jpm.Result unit = table.succeeds("startup --dry-run", "ExecStart=");
    assertThat(unit.out()).contains("jpm");

    if (isFree(9615)) {
      table.succeeds("web", "Listening on http://127.0.0.1:9615");
      table.succeeds("web stop");
    }
    table.succeeds("web --port " + FreePort.find(), "Listening on http://127.0.0.1:");
    table.succeeds("web stop");

    GitFixture git = GitFixture.of(jpm);
    git.commit("first");
    Path target = jpm.work().resolve("deployed");
    jpm.environment("REPO", git.repository().toString());
    jpm.environment("TARGET", target.toString());
    table.succeeds("deploy ecosystem.config.js production setup");
    assertThat(target.resolve("source/.git")).isDirectory();
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
