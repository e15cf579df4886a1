package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.settings.AppDefaults;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Backoff;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.ReadOnlyPath;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.RunAs;
import io.jpm.model.Sandbox;
import io.jpm.model.Seccomp;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.Triggers.Watch;
import io.jpm.model.process.Signal;
import io.jpm.model.text.CleanEnvironment;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the attributes of restarts, stopping, readiness, triggers, credentials and start order.
class SupervisionAttributesTest {
  @TempDir Path dir;
  private Workspace workspace;

  @BeforeEach
  void createWorkspace() {
    workspace = new Workspace(dir);
  }

  private AppsOutcome read(String members) {
    return workspace.read("{\"script\": \"app\",\n" + members + "\n}");
  }

  private AppSpec app(String members) {
    AppsOutcome outcome = read(members);
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  private AppSpec appWithoutWarnings(String members) {
    assertThat(read(members).warnings()).isEmpty();
    return app(members);
  }

  // Restarts

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "restart": "always" | ALWAYS
          "restart": "on-failure" | ON_FAILURE
          "restart": "never" | NEVER
          "autorestart": false | NEVER
          "autorestart": true | ALWAYS
          "autorestart": false, "restart": "never" | NEVER
          "autorestart": true, "restart": "on-failure" | ON_FAILURE
          "autorestart": true, "restart": "always" | ALWAYS
          """)
  void restartAndAutorestartDefineOneRule(String members, When when) {
    assertThat(appWithoutWarnings(members).restart().when()).isEqualTo(when);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          [0, "143", 2.0] | 0,2,143
          143 | 143
          "143" | 143
          "1 2" | 1,2
          "1,2" | 1,2
          " 1, 255 " | 1,255
          """)
  void stopExitCodesAcceptSeveralForms(String written, String codes) {
    Set<Integer> expected =
        Arrays.stream(codes.split(",")).map(Integer::valueOf).collect(Collectors.toSet());
    assertThat(appWithoutWarnings("\"stopExitCodes\": " + written).restart().stopExitCodes())
        .isEqualTo(expected);
  }

  @Test
  void exponentialBackoffHasAMaximumAndJitter() {
    assertThat(appWithoutWarnings("\"exp_backoff_restart_delay\": 100").restart().backoff())
        .isEqualTo(new Backoff.Exponential(Duration.ofMillis(100), Duration.ofSeconds(15), 0.1));
    assertThat(
            appWithoutWarnings(
                    """
                    "expBackoffRestartDelay": "2s", "max_restart_delay": "1m", "restart_jitter": 0.25
                    """)
                .restart()
                .backoff())
        .isEqualTo(new Backoff.Exponential(Duration.ofSeconds(2), Duration.ofMinutes(1), 0.25));
    assertThat(appWithoutWarnings("\"exp_backoff_restart_delay\": 20000").restart().backoff())
        .isEqualTo(new Backoff.Exponential(Duration.ofSeconds(20), Duration.ofSeconds(20), 0.1));
    assertThat(
            appWithoutWarnings("\"exp_backoff_restart_delay\": 0, \"restart_delay\": 5")
                .restart()
                .backoff())
        .isEqualTo(new Backoff.Constant(Duration.ofMillis(5)));
  }

  @Test
  void exponentialBackoffTakesPrecedenceOverRestartDelay() {
    AppsOutcome outcome = read("\"restart_delay\": 10, \"exp_backoff_restart_delay\": 100");
    assertThat(outcome.apps().getFirst().restart().backoff())
        .isInstanceOf(Backoff.Exponential.class);
    assertThat(outcome.warnings())
        .containsExactly(
            "ecosystem.json: app: restart_delay is ignored, because exp_backoff_restart_delay is set"
                + " and takes precedence, as in PM2");
    assertThat(
            workspace
                .readCommandLine(
                    Map.of("script", "app", "restart_delay", 10, "exp_backoff_restart_delay", 9))
                .warnings())
        .containsExactly(
            "app: --restart-delay is ignored, because --exp-backoff-restart-delay is set and takes"
                + " precedence, as in PM2");
  }

  @Test
  void attributesWithoutTheirCounterpartAreAWarning() {
    assertThat(
            read("\"max_restart_delay\": 1, \"restart_jitter\": 0, \"time_zone\": \"UTC\"")
                .warnings())
        .containsExactly(
            "ecosystem.json: app: max_restart_delay has no effect without exp_backoff_restart_delay",
            "ecosystem.json: app: restart_jitter has no effect without exp_backoff_restart_delay",
            "ecosystem.json: app: time_zone has no effect without cron_restart");
  }

  // Triggers

  @ParameterizedTest
  @CsvSource({"'\"300M\"',314572800", "1000,1000", "'\"1000\"',1000", "'\"1G\"',1073741824"})
  void memoryLimitsAreBytesOrHaveAUnit(String written, long bytes) {
    assertThat(appWithoutWarnings("\"max_memory_restart\": " + written).triggers().maxMemory())
        .hasValue(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"max_memory_restart\": 0",
        "\"cron_restart\": 0",
        "\"cron\": \"0\"",
        "\"watch\": false",
        "\"watch\": null",
        "\"watch\": \"false\"",
        "\"ignore_watch\": [\"x\"], \"watch_delay\": 5"
      })
  void triggersCanBeDisabled(String member) {
    AppSpec app = appWithoutWarnings(member);
    assertThat(app.triggers().maxMemory()).isEmpty();
    assertThat(app.triggers().schedule()).isEmpty();
    assertThat(app.triggers().watch()).isEmpty();
  }

  @Test
  void scheduleUsesItsOwnTimeZoneOrThatOfTheSystem() {
    var schedule =
        appWithoutWarnings("\"cron\": \" 0 3 * * * \"").triggers().schedule().orElseThrow();
    assertThat(schedule.expression()).isEqualTo("0 3 * * *");
    assertThat(schedule.zone()).isEqualTo(ZoneId.systemDefault());
    assertThat(
            appWithoutWarnings("\"cron_restart\": \"5 0 3 * * *\", \"timeZone\": \"Europe/Berlin\"")
                .triggers()
                .schedule()
                .orElseThrow()
                .zone())
        .isEqualTo(ZoneId.of("Europe/Berlin"));
  }

  @Test
  void scheduleIsCheckedByTheGivenValidator() {
    workspace.executable("app", "\u0000");
    workspace.file("eco.json", "{\"script\": \"app\",\n\"cron_restart\": \"61 * * * *\"}");
    AppDefaults defaults =
        AppDefaults.PM2.with(expression ->
            expression.startsWith("61")
                ? Optional.of(expression + ": no hour has 61 minutes")
                : Optional.empty());
    assertThat(
            Workspace.messages(
                Workspace.readFile(Path.of("eco.json"), workspace.callerContext(), defaults)))
        .containsExactly("eco.json:2: cron_restart: 61 * * * *: no hour has 61 minutes");
  }

  @Test
  void watchIsTheDirectoryOrAListOfPaths() {
    workspace.directory("work/src");
    workspace.directory("lib");
    workspace.directory("work/two words");
    assertThat(watch("\"watch\": true, \"cwd\": \"work\"").paths())
        .containsExactly(dir.resolve("work"));
    assertThat(watch("\"watch\": [], \"cwd\": \"work\"").paths())
        .containsExactly(dir.resolve("work"));
    assertThat(watch("\"watch\": \"src\", \"cwd\": \"work\"").paths())
        .containsExactly(dir.resolve("work/src"));
    assertThat(watch("\"watch\": \"src ../lib 'two words'\", \"cwd\": \"work\"").paths())
        .containsExactly(
            dir.resolve("work/src"), dir.resolve("lib"), dir.resolve("work/two words"));
    assertThat(watch("\"watch\": [\"src\", \"two words\", \"./src\"], \"cwd\": \"work\"").paths())
        .containsExactly(dir.resolve("work/src"), dir.resolve("work/two words"));
  }

  @Test
  void missingPathIsWatchedWithAWarning() {
    AppsOutcome outcome = read("\"watch\": [\"dist\"]");
    assertThat(outcome.apps().getFirst().triggers().watch().orElseThrow().paths())
        .containsExactly(dir.resolve("dist"));
    assertThat(outcome.warnings())
        .containsExactly(
            "ecosystem.json: app: watch: "
                + dir
                + "/dist does not exist, and is watched as soon as it is created");
  }

  private Watch watch(String members) {
    return appWithoutWarnings(members).triggers().watch().orElseThrow();
  }

  @Test
  void ignoreWatchReplacesTheDefaults() {
    assertThat(watch("\"watch\": true").ignore())
        .containsExactly(".*", "node_modules/", "__pycache__/");
    assertThat(watch("\"watch\": true, \"ignore_watch\": []").ignore()).isEmpty();
    assertThat(watch("\"watch\": true, \"ignoreWatch\": \"*.log  tmp/\"").ignore())
        .containsExactly("*.log", "tmp/");
  }

  @Test
  void ownLogAndPidFilesAreIgnored() {
    assertThat(
            watch(
                    """
                    "watch": true, "ignore_watch": ["x"],
                    "out_file": "logs/o[1].log", "error_file": "/elsewhere/err.log"
                    """)
                .ignore())
        .containsExactly(
            "x",
            "/logs/o\\[1\\].log",
            "/logs/o\\[1\\]-[0-9]*.log",
            "/logs/o\\[1\\]-[0-9]*.log.gz",
            "/logs/o\\[1\\]__*.log",
            "/logs/o\\[1\\]__*.log.gz");
    assertThat(
            watch(
                    """
                    "watch": true, "ignore_watch": [],
                    "log_file": "all", "pid_file": "run/app-7.pid"
                    """)
                .ignore())
        .containsExactly(
            "/all",
            "/all-[0-9]*",
            "/all-[0-9]*.gz",
            "/all__*",
            "/all__*.gz",
            "/run/app-7.pid",
            "/run/app-[0-9]*.pid");
  }

  @Test
  void watchDelayIsInMilliseconds() {
    assertThat(watch("\"watch\": true").delay()).isZero();
    assertThat(watch("\"watch\": true, \"watch_delay\": 1500").delay())
        .isEqualTo(Duration.ofMillis(1500));
    assertThat(watch("\"watch\": true, \"watchDelay\": \"2s\"").delay())
        .isEqualTo(Duration.ofSeconds(2));
  }

  @Test
  void watchOptionsOfPm2AreNamedInOneWarning() {
    assertThat(
            read("\"watch_options\": {\"usePolling\": true, \"interval\": 5}, \"pmx\": true")
                .warnings())
        .containsExactly(
            "ecosystem.json: app: attributes without effect in jpm: watch_options (usePolling, interval), pmx");
  }

  // Stopping and readiness

  @Test
  void stopCombinesKillSignalAndKillTimeout() {
    var stop =
        appWithoutWarnings(
                """
                "stop": {"signal": "TERM", "timeout": "10s", "command": "./drain 'a b'"},
                "kill_signal": 15, "kill_timeout": 10000
                """)
            .stop();
    assertThat(stop.signal()).isEqualTo(Signal.SIGTERM);
    assertThat(stop.timeout()).isEqualTo(Duration.ofSeconds(10));
    assertThat(stop.command()).containsExactly("./drain", "a b");
    var part = appWithoutWarnings("\"stop\": {\"command\": [\"sh\", \"-c\", \"echo $X\"]}").stop();
    assertThat(part.command()).containsExactly("sh", "-c", "echo $X");
    assertThat(part.signal()).isEqualTo(Signal.SIGINT);
    assertThat(part.timeout()).isEqualTo(Duration.ofMillis(1600));
  }

  @Test
  void maxRestartsAppliesToAGivenRestartWindow() {
    assertThat(appWithoutWarnings("\"max_restarts\": 3").restart().window())
        .isEqualTo(new RestartWindow(16, Duration.ofMinutes(5)));
    assertThat(
            appWithoutWarnings("\"max_restarts\": 3, \"restart_window\": \"1m\"")
                .restart()
                .window())
        .isEqualTo(new RestartWindow(3, Duration.ofMinutes(1)));
    assertThat(appWithoutWarnings("\"restart_window\": 0").restart().window().limited()).isFalse();
    assertThat(appWithoutWarnings("\"max_restarts\": 9").restart().backoff())
        .isEqualTo(Backoff.GRADUAL);
    assertThat(appWithoutWarnings("\"restart_delay\": 0").restart().backoff())
        .isEqualTo(Backoff.NONE);
  }

  /// PM2 leaves a JVM only 1.6 s for its shutdown hooks.
  @ParameterizedTest
  @ValueSource(
      strings = {
        "'script': 'app.jar'",
        "'script': 'app', 'interpreter': 'java'",
        "'script': 'java', 'args': '-cp lib/* Main'",
        "'script': 'java -cp lib Main'",
        "'script': 'LANG=C exec java -cp lib Main | tee log'",
      })
  void javaProgramIsStoppedWithSigtermAndThirtySeconds(String members) {
    workspace.program("java");
    workspace.program("bash");
    workspace.file("app.jar", "PK");
    StopPolicy stop = appFromMembers(members).stop();
    assertThat(stop.signal()).isEqualTo(Signal.SIGTERM);
    assertThat(stop.timeout()).isEqualTo(Duration.ofSeconds(30));
    StopPolicy own =
        appFromMembers(members + ", 'kill_signal': 'SIGINT', 'kill_timeout': 1600").stop();
    assertThat(own.signal()).isEqualTo(Signal.SIGINT);
    assertThat(own.timeout()).isEqualTo(Duration.ofMillis(1600));
    StopPolicy half = appFromMembers(members + ", 'stop': {'timeout': '5s'}").stop();
    assertThat(half.signal()).isEqualTo(Signal.SIGTERM);
    assertThat(half.timeout()).isEqualTo(Duration.ofSeconds(5));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"'script': 'app'", "'script': 'javac -version'", "'script': 'echo java; x'"})
  void otherProgramsHaveTheDefaultStopPolicy(String members) {
    workspace.program("javac");
    workspace.program("bash");
    assertThat(appFromMembers(members).stop()).isEqualTo(StopPolicy.DEFAULT);
  }

  private AppSpec appFromMembers(String members) {
    AppsOutcome outcome = workspace.read("{'name': 'x', %s}".formatted(members).replace('\'', '"'));
    assertThat(Workspace.messages(outcome)).isEmpty();
    return outcome.apps().getFirst();
  }

  @Test
  void appMaySignalItsReadiness() {
    var readinessPolicy =
        appWithoutWarnings("\"wait_ready\": true, \"listen_timeout\": 8000").readiness();
    assertThat(readinessPolicy.awaited()).isTrue();
    assertThat(readinessPolicy.timeout()).isEqualTo(Duration.ofSeconds(8));
    assertThat(appWithoutWarnings("\"shutdownWithMessage\": true").stop().message()).isTrue();
  }

  // Credentials, variables, start order

  @ParameterizedTest
  @CsvSource({
    "'\"027\"',23",
    "27,23",
    "'\"0o22\"',18",
    "0,0",
    "777,511",
    "'\"0777\"',511",
  })
  void umaskDigitsAreOctal(String written, int mask) {
    assertThat(appWithoutWarnings("\"umask\": " + written).runAs().umask()).hasValue(mask);
  }

  @Test
  void usersAreNamesOrNumbers() {
    assertThat(appWithoutWarnings("\"uid\": 1000, \"gid\": \"www-data\", \"nice\": -5").runAs())
        .isEqualTo(
            new RunAs(
                Optional.of("1000"),
                Optional.of("www-data"),
                OptionalInt.of(-5),
                OptionalInt.empty()));
    assertThat(appWithoutWarnings("\"user\": \"deploy\"").runAs().user()).contains("deploy");
    assertThat(
            workspace
                .readCommandLine(Map.of("script", "app", "uid", "33"))
                .apps()
                .getFirst()
                .runAs()
                .user())
        .contains("33");
  }

  @Test
  void capabilitiesAreAcceptedWithOrWithoutThePrefix() {
    assertThat(
            appWithoutWarnings(
                    "\"no_new_privileges\": false, \"capabilities\": [\"CAP_CHOWN\", \"net_raw\"]")
                .runAs()
                .sandbox())
        .isEqualTo(new Sandbox(Optional.of(false), Optional.of(List.of("chown", "net_raw"))));
    assertThat(appWithoutWarnings("\"capabilities\": []").runAs().sandbox().capabilities())
        .contains(List.of());
  }

  @Test
  void seccompFilterIsOptional() {
    assertThat(appWithoutWarnings("\"seccomp\": \"default\"").runAs().sandbox().seccomp())
        .isEqualTo(Seccomp.DEFAULT);
    assertThat(appWithoutWarnings("\"seccomp\": true").runAs().sandbox().seccomp())
        .isEqualTo(Seccomp.DEFAULT);
    assertThat(appWithoutWarnings("\"seccomp\": \"none\"").runAs()).isEqualTo(RunAs.DAEMON);
  }

  @Test
  void readOnlyPathsAreAbsoluteAndMayBeOptional() {
    Sandbox sandbox =
        appWithoutWarnings(
                "\"private_tmp\": true, \"read_only_paths\": [\"/srv\", \"-/a b\", \"/srv/\"]")
            .runAs()
            .sandbox();
    assertThat(sandbox.privateTmp()).isTrue();
    assertThat(sandbox.readOnlyPaths())
        .containsExactly(
            new ReadOnlyPath(Path.of("/srv"), false), new ReadOnlyPath(Path.of("/a b"), true));
    assertThat(appWithoutWarnings("\"private_tmp\": false").runAs()).isEqualTo(RunAs.DAEMON);
  }

  @Test
  void appOfAnotherUserHasACleanEnvironment() {
    EnvironmentVariables environmentVariables =
        appWithoutWarnings("\"uid\": 54321, \"env\": {\"A\": \"1\"}").variables();
    assertThat(environmentVariables.inherited()).isEqualTo(Map.of("PATH", CleanEnvironment.PATH));
    assertThat(environmentVariables.declared()).containsEntry("A", "1");
    assertThat(environmentVariables.inheriting(Map.of("TOKEN", "t", "PATH", "/other")).inherited())
        .isEqualTo(environmentVariables.inherited());
    String own = System.getProperty("user.name");
    assertThat(appWithoutWarnings("\"uid\": \"%s\"".formatted(own)).variables().inherited())
        .containsKey("HOME");
  }

  @Test
  void instanceAndIncrementVariablesAreRead() {
    var instanceSettings =
        appWithoutWarnings("\"instances\": 2, \"instance_var\": \"N\", \"increment_var\": \"PORT\"")
            .instances();
    assertThat(instanceSettings.numberVariable()).isEqualTo("N");
    assertThat(instanceSettings.counting()).contains("PORT");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "db" | db=STARTED
          ["db", "cache"] | cache=STARTED db=STARTED
          {"db": "ready", "migrate": "completed", "x": "started"} | db=READY migrate=COMPLETED x=STARTED
          []    | ``
          """,
      quoteCharacter = '`')
  void dependsOnAcceptsThreeForms(String written, String expected) {
    Map<AppName, StartCondition> dependsOn =
        appWithoutWarnings("\"depends_on\": " + written).dependsOn();
    assertThat(
            new TreeSet<>(dependsOn.keySet())
                .stream()
                    .map(name -> name + "=" + dependsOn.get(name))
                    .collect(Collectors.joining(" ")))
        .isEqualTo(expected);
  }

  @Test
  void dependencyCycleIsRejectedWithItsPath() {
    assertThat(
            Workspace.messages(
                workspace.read(
                    """
                    [{"name": "web", "script": "app", "depends_on": {"db": "ready"}},
                     {"name": "db", "script": "app",
                      "depends_on": ["disk", "web"]},
                     {"name": "disk", "script": "app"}]
                    """)))
        .containsExactly(
            "ecosystem.json:3: [1].depends_on: the dependencies form a cycle (db → web → db): remove one of them");
    assertThat(Workspace.messages(read("\"name\": \"web\", \"depends_on\": \"web\"")))
        .containsExactly(
            "ecosystem.json:2: depends_on: the dependencies form a cycle (web → web): remove one of them");
    assertThat(
            Workspace.messages(
                workspace.readCommandLine(
                    Map.of("script", "app", "name", "web", "depends_on", Map.of("web", "ready")))))
        .containsExactly(
            "--depends-on: the dependencies form a cycle (web → web): remove one of them");
  }

  @Test
  void completionOfAnAppThatAlwaysRestartsIsAWarning() {
    String file =
        """
        [{"name": "web", "script": "app", "depends_on": {"job": "completed", "other": "completed"}},
         {"name": "job", "script": "app"%s}]
        """;
    assertThat(workspace.read(file.formatted("")).warnings())
        .containsExactly(
            "ecosystem.json: web: waits until job has completed, but job is restarted whenever"
                + " it exits: set \"restart\": \"on-failure\" for job");
    assertThat(workspace.read(file.formatted(", \"restart\": \"on-failure\"")).warnings())
        .isEmpty();
  }

  // Selected environment

  private AppsOutcome read(String json, String environment) {
    workspace.executable("app", "\u0000");
    workspace.file("eco.json", json);
    return Workspace.readFile(
        Path.of("eco.json"), Optional.of(environment), workspace.callerContext(), AppDefaults.PM2);
  }

  @Test
  void selectedEnvironmentOverridesEnv() {
    AppsOutcome outcome =
        read(
            """
            {"script": "app", "port": 1,
             "env": {"A": 1, "B": 1, "PATH": null, "C": 1},
             "env_production": {"B": 2, "PATH": "/p", "C": null, "D": {"x": 1}},
             "env_test": {"A": 3}}
            """,
            "production");
    assertThat(outcome.problems()).isEmpty();
    assertThat(outcome.warnings()).isEmpty();
    assertThat(outcome.apps().getFirst().variables().declared())
        .containsEntry("A", "1")
        .containsEntry("B", "2")
        .containsEntry("D", "{\"x\":1}")
        .containsEntry("PATH", "/p")
        .containsEntry("PORT", "1")
        .doesNotContainKey("C");
    assertThat(outcome.apps().getFirst().variables().effective()).doesNotContainKey("C");
  }

  @Test
  void deployEnvironmentRanksBetweenEnvAndTheSelectedOne() {
    String file =
        """
        {"apps": [{"name": "a", "script": "app", "env": {"A": 1, "B": 1},
                   "env_production": {"B": 2, "D": null}},
                  {"name": "b", "script": "app", "env_production": {}}],
         "deploy": {"production": {"env": {"A": 3, "B": 3, "C": "${A}-${B}", "D": 3}}, "none": {},
                    "odd": {"env": "x"}, "wrong": 5}}
        """;
    AppsOutcome outcome = read(file, "production");
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.apps().getFirst().variables().declared())
        .containsEntry("A", "3")
        .containsEntry("B", "2")
        .containsEntry("C", "3-2")
        .doesNotContainKey("D");
    assertThat(outcome.apps().getLast().variables().declared())
        .containsEntry("A", "3")
        .containsEntry("B", "3");
    assertThat(read("{\"pm2\": " + file + "}", "production").apps()).isEqualTo(outcome.apps());
    assertThat(List.of("none", "wrong", "absent"))
        .allSatisfy(name ->
            assertThat(read(file, name).apps().getFirst().variables().declared())
                .containsEntry("A", "1")
                .doesNotContainKey("C"));
    assertThat(Workspace.messages(read(file, "odd")))
        .contains(
            "eco.json:5: apps[0].deploy.odd.env: \"x\" is not an object: use {\"PORT\":" + " 80}");
  }

  @Test
  void missingSelectedEnvironmentIsAWarning() {
    assertThat(read("[{\"script\": \"app\"}]", "prod").warnings())
        .containsExactly("eco.json: no app has the key env_prod for --env prod");
    AppsOutcome some =
        read(
            """
            [{"name": "a", "script": "app"}, {"name": "b", "script": "app", "env_prod": {}},
             {"name": "c", "script": "app", "env_prod": null}]
            """,
            "prod");
    assertThat(some.apps()).hasSize(3);
    assertThat(some.warnings())
        .containsExactly("eco.json: the key env_prod for --env prod is missing from a, c");
  }

  @Test
  void selectedEnvironmentMayBeAppendedToNames() {
    AppsOutcome outcome =
        read(
            """
            [{"name": "web", "script": "app", "append_env_to_name": true, "env_test": {},
              "depends_on": ["db", "mail"]},
             {"name": "db", "script": "app", "appendEnvToName": true, "env_test": {}},
             {"name": "mail", "script": "app", "env_test": {}}]
            """,
            "test");
    assertThat(Workspace.messages(outcome)).isEmpty();
    assertThat(outcome.apps())
        .extracting(app -> app.name().value())
        .containsExactly("web-test", "db-test", "mail");
    assertThat(outcome.apps().getFirst().dependsOn())
        .containsOnlyKeys(new AppName("db-test"), new AppName("mail"));
    assertThat(app("\"append_env_to_name\": true").name().value()).isEqualTo("app");
  }

  @Test
  void problemInTheSelectedEnvironmentNamesIt() {
    assertThat(
            Workspace.messages(
                read("{\"script\": \"app\",\n \"env_prod\": {\n\"A=B\": 1}}", "prod")))
        .containsExactly(
            "eco.json:3: env_prod.A=B: is not a variable name: it cannot contain = or NUL");
    assertThat(Workspace.messages(read("{\"script\": \"app\",\n \"env_prod\": 5}", "prod")))
        .containsExactly("eco.json:2: env_prod: 5 is not an object: use {\"PORT\": 80}");
  }

  @Test
  void privateVariablesOfTheShellAreRemoved() {
    assertThat(
            AppReader.shellVariables(
                Map.of("A", "1", "_", "x", "JPM_TAG", "t", "JPM_HOME", "/h", "pm_id", "3")))
        .isEqualTo(Map.of("A", "1", "JPM_HOME", "/h"));
  }

  // Invalid values

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          "restart": "sometimes" | .restart: "sometimes" is not a restart rule: use "always", "on-failure" or "never"
          "autorestart": false, "restart": "always" | .restart: "always" contradicts autorestart in line 3: keep one of them
          "autorestart": true, "restart": "never" | .restart: "never" contradicts autorestart in line 3: keep one of them
          "stop_exit_codes": 256 | .stop_exit_codes: 256 is not an exit code: use 0 to 255
          "stop_exit_codes": "1,x" | .stop_exit_codes: "x" is not an exit code: use 0 to 255
          "stop_exit_codes": [1, -1] | .stop_exit_codes[1]: -1 is not an exit code: use 0 to 255
          "stop_exit_codes": "" | .stop_exit_codes: is empty
          "exp_backoff_restart_delay": "x" | .exp_backoff_restart_delay: "x" is not a duration: use milliseconds, or a whole number with ms, s, m, h or d, such as "10s"
          "exp_backoff_restart_delay": 500, "max_restart_delay": 100 | .max_restart_delay: 100ms is shorter than the initial delay, exp_backoff_restart_delay in line 3: increase it
          "restart_jitter": 1.5 | .restart_jitter: 1.5 is not a number from 0 to 1, such as 0.1
          "restart_jitter": "x" | .restart_jitter: "x" is not a number from 0 to 1, such as 0.1
          "max_memory_restart": "300 MB" | .max_memory_restart: "300 MB" is not a size: use bytes, or a whole number with K, M or G, such as "300M"
          "max_memory_restart": -1 | .max_memory_restart: -1 is not a size: use bytes, or a whole number with K, M or G, such as "300M"
          "cron": "* * *" | .cron: * * * has the wrong number of fields: use 5 (minute, hour, day of month, month, day of week), or 6 with seconds first
          "cron_restart": true | .cron_restart: true is not text: put it in double quotes
          "time_zone": "Europe/Berln" | .time_zone: "Europe/Berln" is not a time zone: did you mean "Europe/Berlin"?
          "time_zone": "here and there" | .time_zone: "here and there" is not a time zone: use a name such as Europe/Berlin, or an offset such as +02:00
          "watch": 5 | .watch: 5 is not valid: use true, false, a path or a list of paths
          "watch": {} | .watch: an object is not valid: use true, false, a path or a list of paths
          "watch": ["src", ""] | .watch: "" is not a valid path
          "watch_delay": -1 | .watch_delay: -1 is not a duration: use milliseconds, or a whole number with ms, s, m, h or d, such as "10s"
          "ignore_watch": 5 | .ignore_watch: 5 is neither text nor a list
          "stop": "SIGTERM" | .stop: "SIGTERM" is not an object: use {"signal": "SIGTERM", "timeout": "10s"}
          "stop": {"singal": 15} | .stop: unknown key "singal": did you mean "signal"?
          "stop": {"signal": "X"} | .stop.signal: "X" is not a signal: use SIGINT, SIGTERM or another signal from signal(7)
          "stop": {"timeout": "X"} | .stop.timeout: "X" is not a duration: use milliseconds, or a whole number with ms, s, m, h or d, such as "10s"
          "stop": {"signal": "SIGTERM"}, "kill_signal": "INT" | .stop.signal: "SIGTERM" differs from kill_signal in line 3: keep one of them
          "stop": {"timeout": "1s"}, "killTimeout": 999 | .stop.timeout: "1s" differs from killTimeout in line 3: keep one of them
          "stop": {"command": "kill $JPM_PID"} | .stop.command: "kill $JPM_PID" needs a shell, but is run without one: use ["sh", "-c", …]
          "stop": {"command": "a 'b"} | .stop.command: "a 'b" contains a quote that is not closed
          "stop": {"command": []} | .stop.command: does not name a program
          "stop": {"command": ["a", {}]} | .stop.command[1]: an object is not text
          "stop": {"command": 5} | .stop.command: 5 is neither text nor a list
          "listen_timeout": 0 | .listen_timeout: must be greater than 0
          "wait_ready": "yes" | .wait_ready: "yes" is neither true nor false
          "uid": "a b" | .uid: "a b" is not a user: use a name or a number
          "user": -1 | .user: -1 is not a user: use a name or a number
          "gid": 4294967295 | .gid: 4294967295 is not a group: use a name or a number
          "nice": 20 | .nice: 20 is not an integer from -20 to 19
          "seccomp": "strict" | .seccomp: "strict" is not a system call filter: use "none" or "default"
          "seccomp": 1 | .seccomp: 1 is not text: put it in double quotes
          "private_tmp": "yes" | .private_tmp: "yes" is neither true nor false
          "read_only_paths": 7 | .read_only_paths: 7 is neither text nor a list
          "read_only_paths": ["srv"] | .read_only_paths: "srv" is not a normalized absolute path: use "/path" without . or .., or "-/path" for an optional path
          "read_only_paths": ["/srv/../etc"] | .read_only_paths: "/srv/../etc" is not a normalized absolute path: use "/path" without . or .., or "-/path" for an optional path
          "read_only_paths": ["-"] | .read_only_paths: "-" is not a normalized absolute path: use "/path" without . or .., or "-/path" for an optional path
          "private_tmp": true, "read_only_paths": ["/var/tmp/x"] | .read_only_paths: "/var/tmp/x" has no effect, because private_tmp hides it: remove the path or private_tmp
          "umask": "rwx" | .umask: "rwx" is not a umask: use octal digits from 0 to 777, such as "027"
          "umask": 1777 | .umask: 1777 is not a umask: use octal digits from 0 to 777, such as "027"
          "umask": 8 | .umask: 8 is not a umask: use octal digits from 0 to 777, such as "027"
          "depends_on": 5 | .depends_on: 5 is not an app: use a name, a list of names, or {"db": "ready"}
          "depends_on": [true] | .depends_on[0]: true is not an app: use a name, a list of names, or {"db": "ready"}
          "depends_on": {"db": "redy"} | .depends_on.db: "redy" is not a condition: use "started", "ready" or "completed"
          "depends_on": "a/b" | .depends_on: app name "a/b" is not valid: use 1 to 100 letters, digits or . _ - : @ + and inner spaces, beginning with a letter, digit or _
          "instance_var": "A=B" | .instance_var: is not a variable name: it cannot contain =
          "increment_var": 5 | .increment_var: 5 is not text: put it in double quotes
          """)
  void invalidValueIsReportedInOneMessage(String member, String sentence) {
    AppsOutcome outcome = workspace.read("[\n{\"script\": \"app\",\n" + member + "}]");
    assertThat(outcome.apps()).isEmpty();
    assertThat(Workspace.messages(outcome)).containsExactly("ecosystem.json:3: [0]" + sentence);
  }

  @Test
  void contradictingOptionsAreNamedByTheirOption() {
    assertThat(
            Workspace.messages(
                workspace.readCommandLine(
                    Map.of("script", "app", "autorestart", false, "restart", "always"))))
        .containsExactly("--restart: \"always\" contradicts --no-autorestart: keep one of them");
    assertThat(List.of("1,300", "-1"))
        .allSatisfy(codes ->
            assertThat(
                    Workspace.messages(
                        workspace.readCommandLine(
                            Map.of("script", "app", "stop_exit_codes", codes))))
                .singleElement()
                .asString()
                .startsWith("--stop-exit-codes: ")
                .endsWith("is not an exit code: use 0 to 255"));
  }
}
