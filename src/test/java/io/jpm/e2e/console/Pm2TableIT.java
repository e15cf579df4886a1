package io.jpm.e2e.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.GitFixture;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Pm2Words;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Every command and every option of PM2 as its users type it: the output, the exit code and the
/// effect. After the last test a check fails if a command or option of PM2 was never typed. All
/// tests share one home; each begins without apps.
@Timeout(300)
class Pm2TableIT {
  private static final AtomicInteger GROUPS = new AtomicInteger();
  private static final String NOT_FOUND = "no app, namespace or id matches ";

  private static Jpm jpm;

  private Pm2Table table;

  @BeforeAll
  static void aNewHome() throws IOException {
    jpm = new Jpm();
  }

  @BeforeEach
  void open() throws IOException {
    table = new Pm2Table(jpm);
    jpm.script("app.sh", "#!/bin/sh\nexec sleep 98765\n");
    jpm.script(
        "talk.sh",
        """
        #!/bin/sh
        trap 'echo usr2' USR2
        trap 'echo bye; exit' INT
        echo hello
        echo oops >&2
        while read -r line; do echo "got $line"; done
        """);
    Files.writeString(
        jpm.work().resolve("apps.json"),
        """
        {"apps": [
          {"name": "a", "script": "./app.sh", "env": {"X": "1"}, "env_production": {"X": "2"}},
          {"name": "b", "script": "./app.sh", "namespace": "back"}]}
        """);
  }

  @AfterEach
  void removeApps() throws IOException {
    jpm.clear();
    GROUPS.incrementAndGet();
  }

  @AfterAll
  static void nothingIsLeftAndNoWordOfPm2sIsMissing() throws IOException {
    jpm.close();
    long groups =
        Arrays.stream(Pm2TableIT.class.getDeclaredMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .count();
    if (GROUPS.get() == groups) { // not if only some tests were selected
      List<String> missing = new ArrayList<>(Pm2Words.COMMANDS);
      missing.addAll(Pm2Words.OPTIONS);
      missing.removeAll(Pm2Table.typedWords());
      assertThat(missing).as("words of PM2 that no test types").isEmpty();
    }
  }

  private static String env(JsonObject app, String field) {
    return String.valueOf(app.getJsonObject("pm2_env").getValue(field));
  }

  private String variable(String app, String name) throws IOException {
    Path environ = Path.of("/proc", Integer.toString(jpm.pid(app)), "environ");
    // The environment is empty while the process executes another program.
    Eventually.await("the process has its environment", Jpm.LONG, () -> !read(environ).isEmpty());
    return Stream.of(read(environ).split("\0"))
        .filter(entry -> entry.startsWith(name + "="))
        .map(entry -> entry.substring(name.length() + 1))
        .findFirst()
        .orElse("");
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private List<String> names() {
    return jpm.list().stream().map(app -> app.getString("name")).toList();
  }

  @Test
  void appsAreStartedStoppedAndFoundByEverySelector() {
    table.succeeds("start app.sh --name web -i 2", "as web (2 instances)", "Done.", "│ online");
    table.fails("start app.sh --name web", "app web is already running");
    table.succeeds("start app.sh --name web -f", "as web (1 instance)");
    table.succeeds("start app.sh --name api --namespace back", "as api");
    table.fails("start nope.js", "script not found");
    table.fails("start 99", NOT_FOUND + "99");
    table.fails("start nope.json", "does not exist");
    table.succeeds("start api", "Restarted api");
    table.succeeds("restart web", "Restarted web (id", "│ web");
    table.succeeds("restart back", "Restarted api (id");
    table.succeeds("restart /^ap/", "Restarted api (id");
    table.succeeds("restart all --parallel 1 --force", "Restarted web", "Restarted api");
    table.fails("restart nope", NOT_FOUND + "nope");
    table.fails("restart 99", NOT_FOUND + "99");
    table.fails(
        "restart web --env production", "--env requires a process file, but web is not one");
    assertThat(jpm.restarts("api")).isEqualTo(4);
    table.succeeds("reset api", "Reset the counters of api");
    assertThat(jpm.restarts("api")).isZero();
    table.succeeds("reset all", "Reset the counters of web");
    table.fails("reset 99", NOT_FOUND + "99");
    table.succeeds("reload api --force", "Restarted api (id");
    table.fails("reload nope", NOT_FOUND + "nope");
    table.succeeds("stop api web --force", "Stopped", "│ stopped");
    assertThat(jpm.list()).allMatch(app -> app.getInteger("pid") == 0);
    table.succeeds("start all", "Started web", "Started api");
    table.fails("stop nope", NOT_FOUND + "nope");
    table.succeeds("scale web 3", "Scaled web to 3 instances");
    table.fails("scale web 3", "already has 3 instances");
    table.succeeds("scale web +1", "Scaled web to 4 instances");
    table.fails("scale nope 2", NOT_FOUND + "nope");
    table.succeeds("delete api --force", "Deleted api");
    table.succeeds("del app.sh", "Deleted web", "No apps yet");
    assertThat(jpm.list()).isEmpty();
    for (String verb : List.of("stop", "restart", "reload", "delete")) {
      table.fails(verb + " all", "there are no apps");
      table.fails(verb, "requires an argument");
    }
  }

  @Test
  void appsReceiveLinesSignalsAndActions() throws Exception {
    table.succeeds("start talk.sh --name talk");
    Eventually.await("talk has started", Jpm.LONG, () -> read("talk-out.log").contains("hello"));
    table.succeeds("send 0 'good day'", "Sent a line to talk (id 0)");
    Eventually.await("talk answers", Jpm.LONG, () -> read("talk-out.log").contains("got good day"));
    table.fails("send 9 hi", NOT_FOUND + "9");
    table.succeeds("sendSignal USR2 talk", "Sent SIGUSR2 to talk (id 0)");
    table.fails("sendSignal NOPE talk", "\"NOPE\" is not a signal");
    table.fails("sendSignal USR2 nope", NOT_FOUND + "nope");
    table.succeeds("attach 0");
    table.fails("attach nope", "nope");
    table.fails("trigger talk act", "does not offer any actions");
    table.fails("trigger nope act", NOT_FOUND + "nope");
    table.fails("inspect talk", "jpm sendSignal SIGUSR1 talk");
  }

  private List<String> read(String log) {
    try {
      return jpm.log(log);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void processFilesAreStartedStoppedReloadedAndGenerated() throws Exception {
    table.succeeds("start apps.json --env production", "Done: 2 apps");
    assertThat(variable("a", "X")).isEqualTo("2");
    table.succeeds("start apps.json --only a", "as a (1 instance)", "Done.");
    assertThat(variable("a", "X")).isEqualTo("1");
    assertThat(names()).containsExactly("a", "b");
    table.succeeds("stop apps.json", "Stopped a", "Stopped b");
    table.succeeds("startOrRestart apps.json --update-env", "│ a", "│ b");
    assertThat(jpm.status("a")).isEqualTo("online");
    table.succeeds("delete apps.json --only a", "Deleted a");
    table.succeeds("startOrReload apps.json --only b", "Restarted b");
    table.succeeds("startOrGracefulReload apps.json", "│ a", "│ b");
    table.succeeds("gracefulReload a", "Restarted a (id");
    assertThat(names()).containsExactlyInAnyOrder("a", "b");
    for (String verb : List.of("startOrRestart", "startOrReload", "startOrGracefulReload")) {
      table.fails(verb + " nope.json", "does not exist");
    }
    Files.writeString(jpm.work().resolve("bad.json"), "{\"apps\": [{\"scritp\": \"./app.sh\"}]}");
    assertThat(jpm.run("start", "bad.json").failed().err()).contains("did you mean \"script\"?");
    table.fails("start", "no process file was found");

    Process piped = jpm.begin(Pm2Table.words("start -").toArray(String[]::new));
    piped
        .getOutputStream()
        .write("[{name: 'piped', script: './app.sh'}]".getBytes(StandardCharsets.UTF_8));
    assertThat(Jpm.finish(piped).ok().out()).contains("as piped");

    table.succeeds("init simple", "ecosystem.config.js generated");
    assertThat(Files.readString(jpm.work().resolve("ecosystem.config.js")))
        .contains("script: \"./app.js\"", "env_production")
        .doesNotContain("max_restarts");
    table.fails("ecosystem", "already exists");
    table.fails("create", "jpm init");
  }

  @Test
  void listsAreSavedAndResurrected() {
    table.fails("resurrect", "there is no saved list");
    table.succeeds("start apps.json");
    table.succeeds("save", "Successfully saved 2 apps");
    table.fails("save more", "does not accept \"more\"");
    table.succeeds("delete all");
    assertThat(table.succeeds("save").err()).contains("nothing was saved");
    table.succeeds("resurrect", "│ a", "│ b");
    assertThat(names()).containsExactlyInAnyOrder("a", "b");
    table.succeeds("cleardump", "now empty");
    table.succeeds("dump", "Successfully saved 2 apps");
    table.succeeds("delete all");
    table.succeeds("save --force");
    table.succeeds("resurrect", "The saved list is empty");
    String service = " -u somebody --hp /nowhere --service-name some --wait-ip";
    table.fails("startup openrc" + service, "only systemd is");
    table.fails("unstartup openrc", "only systemd is");
    table.fails("import-pm2", "contains no readable saved list");
    table.succeeds("web status", "off");
  }

  @Test
  void logsAreReadFlushedReopenedAndRotated() throws IOException {
    table.succeeds("start talk.sh --name talk");
    Eventually.await(
        "both lines are logged",
        Jpm.LONG,
        () -> read("talk-out.log").contains("hello") && read("talk-error.log").contains("oops"));
    table.succeeds("logs talk --nostream --lines 5", "0|talk", "hello", "oops");
    assertThat(table.succeeds("log talk --nostream --out --raw").out()).isEqualTo("hello\n");
    assertThat(table.succeeds("logs talk --nostream --err --raw").err()).isEqualTo("oops\n");
    var line = new JsonObject(table.succeeds("logs talk --nostream --out --json").out());
    assertThat(line.getString("message")).isEqualTo("hello");
    assertThat(line.getString("app_name")).isEqualTo("talk");
    table.succeeds("logs talk --nostream --format", "app=talk id=0 type=out message=hello");
    table.succeeds("logs talk --nostream --highlight hello --timestamp HH:mm", "hello");
    table.fails("logs nope --nostream", NOT_FOUND + "nope");
    Process follow = jpm.begin("logs", "talk", "--raw", "--out");
    assertThat(follow.inputReader().readLine()).isEqualTo("hello");
    follow.destroy();
    Process attached = jpm.begin(Pm2Table.words("restart talk --attach").toArray(String[]::new));
    assertThat(attached.inputReader().lines().anyMatch("0|talk | hello"::equals)).isTrue();
    attached.destroy();
    Process parting =
        jpm.begin(Pm2Table.words("stop talk --watch --attach").toArray(String[]::new));
    assertThat(parting.inputReader().lines().anyMatch("0|talk | bye"::equals)).isTrue();
    parting.destroy();
    assertThat(jpm.status("talk")).isEqualTo("stopped");
    table.succeeds("reloadLogs", "Reopened the log files");
    table.succeeds("flush talk", "Flushed the logs of talk (id 0)");
    assertThat(read("talk-out.log")).isEmpty();
    table.fails("flush nope", NOT_FOUND + "nope");
    table.succeeds("logrotate", "limits of a log file");
    table.succeeds("logrotate -u me", "limits of a log file");
  }

  @Test
  void settingsAreStoredForApps() throws IOException {
    table.succeeds("start app.sh --name web");
    table.succeeds(
        "set web:A one", "Setting changed", "$ jpm set web:A one", "Restarted web (id 0)");
    assertThat(variable("web", "A")).isEqualTo("one");
    table.succeeds("get web:A", "Value for module web key A: one");
    table.succeeds("multiset 'web:B 2 web:C 3'", "$ jpm set web:C 3");
    assertThat(variable("web", "B") + variable("web", "C")).isEqualTo("23");
    table.succeeds("get", "Module: web", "$ jpm set web:B 2");
    table.succeeds("conf", "Module: web");
    table.succeeds("config web:A", "Value for module web key A: one");
    table.fails("get nope", "no value is stored for nope");
    table.succeeds("unset web:A");
    table.fails("get web:A", "web");
    table.succeeds("unset all");
    assertThat(new JsonObject(table.succeeds("get --json").out())).isEmpty();
  }

  @Test
  void inspectionCommandsShowApps() {
    table.succeeds("start app.sh --name web -i 2");
    for (String verb : List.of("list", "ls", "l", "ps", "status")) {
      table.succeeds(verb + " --sort name:desc", "│ id │ name", "│ web", "│ online");
    }
    table.succeeds("ls -m", "+--- web", "pm2 id : 1");
    table.succeeds("ls --mini-list", "+--- web");
    table.fails("ls --sort nope", "--sort \"nope\"");
    table.fails("ls --watch", "--watch requires a terminal");
    var list = new JsonArray(table.succeeds("jlist").out());
    assertThat(list.getJsonObject(0).fieldNames())
        .contains("pid", "name", "pm_id", "monit", "pm2_env");
    assertThat(list.getJsonObject(0).getJsonObject("pm2_env").fieldNames())
        .contains("status", "restart_time", "pm_uptime", "exec_mode", "pm_out_log_path", "args");
    table.succeeds("prettylist", "    name: 'web',\n", "exec_mode: 'fork_mode'");
    table.succeeds("slist", "'CPU Usage': {");
    table.succeeds("sysinfos -t", "├─ value");
    table.succeeds("slist --tree", "├─ value");
    for (String verb : List.of("describe", "desc", "info", "show")) {
      table.succeeds(verb + " web", "Describing process with id 1 - name web", "│ status");
      table.fails(verb + " nope", "nope doesn't exist");
    }
    table.succeeds("env 0", "NODE_APP_INSTANCE: 0");
    table.fails("env 99", NOT_FOUND + "99");
    assertThat(table.succeeds("pid web").out().lines())
        .hasSize(2)
        .allMatch(it -> it.matches("\\d+"));
    table.fails("pid nope", NOT_FOUND + "nope");
    assertThat(table.succeeds("id web").out()).isEqualTo("[ 0, 1 ]\n");
    assertThat(table.succeeds("id nope").out()).isEqualTo("[]\n");
    table.succeeds("report", "--- jpm report", "jpm version");
    table.succeeds("examples", "jpm start app.js");
    table.succeeds("-s ls", "│ web");
    assertThat(table.succeeds("stop web --silent").out()).isEmpty();
    table.succeeds("ls --no-color", "│ stopped");
    table.succeeds("profile:cpu 100", ".jfr");
    table.succeeds("profile:mem", ".hprof");
  }

  @Test
  void daemonIsPingedUpdatedAndKilled() throws IOException {
    Jpm.Result nothing = jpm.run();
    assertThat(nothing.code()).isEqualTo(1);
    assertThat(nothing.out()).startsWith("Usage: jpm <command>");
    table.fails("nonsense", "unknown command \"nonsense\"");
    table.fails("start app.sh --nope", "unknown option \"--nope\"");
    assertThat(table.succeeds("-v").out()).isEqualTo(table.succeeds("--version").out());
    assertThat(table.succeeds("ping").out()).isEqualTo("{ msg: 'pong' }\n");
    table.succeeds("start app.sh --name web");
    int pid = jpm.pid("web");
    long daemon = jpm.daemonPid();
    table.succeeds("update", "is handing over to the new daemon", "│ web");
    assertThat(jpm.daemonPid()).isNotEqualTo(daemon);
    table.succeeds("updatePM2", "is handing over to the new daemon");
    assertThat(jpm.pid("web")).isEqualTo(pid);
    table.fails("kill web", "does not accept \"web\"");
    table.succeeds("kill", "[v] All Applications Stopped", "[v] jpm Daemon Stopped");
    assertThat(Jpm.running(pid)).isFalse();
    assertThat(table.succeeds("kill").err()).contains("no daemon is running");
  }

  @Test
  void workingCopiesArePulledAndMovedBetweenCommits() throws Exception {
    table.succeeds("start app.sh --name web");
    table.fails("pull web", "is not in a git working copy");
    table.fails("backward web", "is not in a git working copy");
    table.fails("forward web", "is not in a git working copy");
    table.fails("pull nope", NOT_FOUND + "nope");
    GitFixture git = GitFixture.of(jpm);
    String first = git.commit("one");
    String second = git.commit("two");
    table.succeeds("pull web", "is up to date");
    table.succeeds("backward web", "Restarted web");
    assertThat(git.run(git.work(), "rev-parse", "HEAD")).isEqualTo(first);
    table.succeeds("forward web", "Restarted web");
    assertThat(git.run(git.work(), "rev-parse", "HEAD")).isEqualTo(second);
    table.fails("deploy nope.json production", "does not exist");
    table.fails("deploy apps.json production", "does not contain a \"deploy\" section");
  }

  @Test
  void aDirectoryIsServed() throws IOException {
    Files.createDirectories(jpm.work().resolve("site"));
    Files.writeString(jpm.work().resolve("site/index.html"), "<p>welcome</p>");
    int port = freePort();
    String local = " --host 127.0.0.1";
    table.succeeds("serve site " + port + local, "Serving ", "static-page-server-" + port);
    assertThat(page(port, "/")).startsWith("HTTP/1.1 200").contains("welcome");
    assertThat(page(port, "/nope")).startsWith("HTTP/1.1 404");
    table.fails("expose site " + port + local, "is already running");
    String options = " --spa --ftp --monitor --basic-auth-username u --basic-auth-password p";
    int other = freePort();
    table.succeeds("expose site --port " + other + " --name site" + local + options, "│ site");
    assertThat(page(other, "/")).startsWith("HTTP/1.1 401");
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  private static boolean listens(int port) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (IOException notYet) {
      return false;
    }
  }

  /// Returns what the server on this port answers, once it listens.
  private static String page(int port, String path) throws IOException {
    Eventually.await("the server listens on " + port, Jpm.LONG, () -> listens(port));
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      String request = "GET " + path + " HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n";
      socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void unsupportedCommandsAndOptionsNameAnAlternative() {
    for (String verb :
        List.of("install", "module:install", "module:update", "uninstall", "module:uninstall")) {
      table.fails(verb + " pm2-logrotate", "jpm does not support PM2 modules");
      table.fails(verb + " --safe 3000 --tarball x.tar.gz", "jpm does not support PM2 modules");
    }
    for (String verb : List.of("module:generate", "package", "publish", "module:publish")) {
      table.fails(verb, "use npm pack and npm publish");
    }
    for (String verb : List.of("plus", "register", "login", "logout", "open")) {
      table.fails(verb, "jpm does not support PM2 Plus");
    }
    table.fails("unmonitor all", "jpm describe");
    table.fails("link secret public", "jpm cannot link daemons");
    table.fails("unlink", "jpm cannot link daemons");
    table.fails("install-otel", "jpm does not instrument apps");
    table.fails("uninstall-otel", "jpm does not instrument apps");
    table.fails("deepUpdate", "jpm update");
    table.fails("autoinstall", "jpm start FILE");
    for (String verb : List.of("monit", "dashboard", "dash", "imonit", "monitor all")) {
      table.fails(verb, "monit requires a terminal: use jpm ls");
    }
    for (String verb : List.of("interact", "sendLine", "stopAll")) {
      table.fails(verb, "unknown command");
    }
    table.fails("start app.sh --write", "jpm init");
    table.fails("start app.sh -w", "jpm init");
    for (String option :
        List.of("--container", "--dist", "--fresh", "--daemon", "--dockerdaemon")) {
      table.fails("start app.sh " + option, "jpm-runtime");
    }
    table.fails("start app.sh --image-name i", "jpm-runtime");
    table.fails("start app.sh --node-version 24", "jpm-runtime");
    table.fails("start app.sh --parallel 2", "depends_on");
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  void everyOptionOfAnAppTakesEffect() throws IOException {
    Path place = Files.createDirectories(jpm.work().resolve("place"));
    String user = System.getProperty("user.name");
    Object group = Files.getAttribute(place, "unix:gid");
    table.succeeds(
        "start app.sh -n one --namespace ns --execute-command --cwd place --interpreter sh"
            + " --interpreter-args -u -o o.log -e e.log -l all.log --merge-logs --log-type json"
            + " --log-date-format HH:mm -p one.pid -k 100 --no-treekill --listen-timeout 500"
            + " --max-memory-restart 300M --restart-delay 10 --max-restarts 3"
            + " --stop-exit-codes 7 -c '0 0 * * *' --filter-env E2E_DROP -- x 'y z'",
        "Done.");
    JsonObject one = jpm.app("one");
    for (String[] expected :
        new String[][] {
          {"namespace", "ns"},
          {"exec_mode", "fork_mode"},
          {"pm_cwd", place.toString()},
          {"node_args", "[\"-u\"]"},
          {"args", "[\"x\",\"y z\"]"},
          {"pm_out_log_path", place + "/o.log"},
          {"pm_err_log_path", place + "/e.log"},
          {"pm_log_path", place + "/all.log"},
          {"pm_pid_path", place + "/one-0.pid"},
          {"merge_logs", "true"},
          {"log_type", "json"},
          {"log_date_format", "HH:mm"},
          {"kill_timeout", "100"},
          {"treekill", "false"},
          {"listen_timeout", "500"},
          {"max_memory_restart", "314572800"},
          {"restart_delay", "10"},
          {"max_restarts", "3"},
          {"stop_exit_codes", "[7]"},
          {"cron_restart", "0 0 * * *"}
        }) {
      assertThat(env(one, expected[0])).as(expected[0]).isEqualTo(expected[1]);
    }
    assertThat(env(one, "exec_interpreter")).endsWith("sh");
    table.succeeds("restart one --interpreter-args=null --cron-restart 0 --kill-timeout 200");
    assertThat(env(jpm.app("one"), "node_args")).isEqualTo("[]");
    assertThat(env(jpm.app("one"), "kill_timeout")).isEqualTo("200");
    assertThat(jpm.app("one").getJsonObject("pm2_env").getValue("cron_restart")).isNull();

    table.succeeds(
        "start app.sh --name two -x --output o2.log --error e2.log --log --time --pid two.pid"
            + " --node-args=-u --exp-backoff-restart-delay 10 --no-autorestart --no-autostart"
            + " --shutdown-with-message --cron '0 0 * * *' --instances 1"
            + " -u "
            + user
            + " --gid "
            + group);
    JsonObject two = jpm.app("two");
    assertThat(env(two, "status")).isEqualTo("stopped");
    assertThat(env(two, "autostart")).isEqualTo("false");
    assertThat(env(two, "autorestart")).isEqualTo("false");
    assertThat(env(two, "exp_backoff_restart_delay")).isEqualTo("10");
    assertThat(env(two, "shutdown_with_message")).isEqualTo("true");
    assertThat(env(two, "log_date_format")).isEqualTo("YYYY-MM-DDTHH:mm:ss");
    assertThat(env(two, "pm_log_path")).endsWith("/two.log");
    assertThat(env(two, "uid")).isEqualTo(user);
    assertThat(env(two, "gid")).isEqualTo(group.toString());
    table.succeeds("start app.sh --name three --uid " + user);
    table.succeeds("start app.sh --name four --user " + user + " --disable-logs --no-daemon");
    assertThat(env(jpm.app("four"), "status")).isEqualTo("online");
  }

  @Test
  void optionsThatWatchWaitOrHaveNoEffectAreAccepted() throws IOException {
    table.succeeds(
        "start app.sh -n seen --watch place --ignore-watch 'a b' --watch-delay 1 --ext js,ts");
    assertThat(env(jpm.app("seen"), "ignore_watch")).contains("\"a\"", "\"b\"");
    table.succeeds("stop seen");
    assertThat(env(jpm.app("seen"), "watch")).isEqualTo("true");
    table.succeeds("stop seen --watch", "Stopped seen");
    assertThat(env(jpm.app("seen"), "watch")).isEqualTo("false");
    assertThat(
            table
                .fails(
                    "start app.sh -n never --wait-ready --listen-timeout 50 --max-restarts 1",
                    "not ready within 50 ms")
                .out())
        .contains("as never");
    Jpm.Result nothing =
        table.succeeds(
            "start app.sh -n silent --no-pmx --no-automation --no-vizion --trace --disable-trace"
                + " --v8 --event-loop-inspector --deep-monitoring --source-map-support"
                + " --disable-source-map-support");
    assertThat(nothing.err().lines()).hasSize(1);
    assertThat(nothing.err()).contains("attributes without effect in jpm: --trace");
    jpm.environment("E2E_NEW", "here");
    table.succeeds("restart silent");
    assertThat(variable("silent", "E2E_NEW")).isEmpty();
    table.succeeds("restart silent -a");
    assertThat(variable("silent", "E2E_NEW")).isEqualTo("here");
    table.succeeds("--name before start app.sh", "as before");
  }
}
