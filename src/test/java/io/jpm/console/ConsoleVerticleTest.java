package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.daemon.DaemonCommand;
import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.ConfigWatchReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Act;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodCommand.StartApps;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply.Line;
import io.jpm.config.AppsOutcome;
import io.jpm.config.command.CallerContext;
import io.jpm.config.settings.AppDefaults;
import io.jpm.config.values.Problem;
import io.jpm.console.file.AppSource;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.console.session.Outbox;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.ConsoleChunk;
import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Tty;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ConsoleVerticleTest {
  private static final Path FILE = Path.of("/home/me/apps.json");

  private static final Duration LIMIT = Duration.ofSeconds(10);
  private static final ConsoleTiming QUICK =
      new ConsoleTiming(
          Duration.ofMillis(50),
          Duration.ofSeconds(2),
          Duration.ofSeconds(10),
          Duration.ofSeconds(10),
          Duration.ofSeconds(2),
          Duration.ofMillis(100),
          Duration.ofSeconds(9),
          Duration.ofMillis(20));

  private final Vertx vertx = Vertx.vertx();
  private final List<Map<String, Object>> described = new CopyOnWriteArrayList<>();
  private final List<CallerContext> callers = new CopyOnWriteArrayList<>();
  private final List<Optional<String>> environments = new CopyOnWriteArrayList<>();
  private final FakeServices services = new FakeServices(vertx);
  private volatile AppsOutcome file = new AppsOutcome(List.of(), List.of(), List.of());
  private volatile AppsOutcome script = outcome(Instances.spec("app", 1));

  private volatile List<String> usual = List.of();
  private volatile boolean broken;

  @BeforeEach
  void deploy() throws InterruptedException, ExecutionException, TimeoutException {
    BusCodec.install(vertx);
    deploy(QUICK);
  }

  private void deploy(ConsoleTiming timing)
      throws InterruptedException, ExecutionException, TimeoutException {
    var context =
        new ConsoleContext(
            "1.2.3",
            4711,
            "me",
            Path.of("/home/me/.jpm"),
            new AppDefaults(RestartPolicy.DEFAULT, StopPolicy.DEFAULT),
            () -> Instances.NOW,
            timing);
    vertx
        .deployVerticle(new ConsoleVerticle(context, new FakeSource(), FakePrograms.NO_TOOLS))
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  @AfterEach
  void close() throws InterruptedException, ExecutionException, TimeoutException {
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private final class FakeSource implements AppSource {
    @Override
    public boolean isProcessFile(String word) {
      return word.endsWith(".json");
    }

    @Override
    public List<String> usualFiles(Path directory) {
      assertThat(directory).isEqualTo(Path.of("/home/me"));
      return usual;
    }

    @Override
    public AppsOutcome fromFile(
        Path path, Optional<String> environment, CallerContext callerContext) {
      environments.add(environment);
      assertThat(path).isEqualTo(Path.of("/home/me/apps.json"));
      callers.add(callerContext);
      return file;
    }

    @Override
    public AppsOutcome fromStdin(
        byte[] content, Optional<String> environment, CallerContext callerContext) {
      assertThat(content).asString().isEqualTo("[]");
      return file;
    }

    @Override
    public AppsOutcome fromCommandLine(
        Map<String, Object> attributes, CallerContext callerContext) {
      if (broken) {
        throw new IllegalStateException("fake defect");
      }
      described.add(attributes);
      callers.add(callerContext);
      return script;
    }
  }

  private static AppsOutcome outcome(AppSpec... specs) {
    return new AppsOutcome(List.of(specs), List.of(), List.of());
  }

  private ConsoleClient run(String... argv) {
    return ConsoleClient.run(vertx, argv);
  }

  private static void assertEnd(ConsoleClient client, int code) {
    assertThat(client.code())
        .describedAs("out: %s%nerr: %s", client.out(), client.err())
        .isEqualTo(code);
  }

  // Without apps

  @Test
  void pingAnswersLikePm2() {
    ConsoleClient client = run("ping");
    assertEnd(client, 0);
    assertThat(client.out()).isEqualTo("{ msg: 'pong' }\n");
    assertThat(client.chunks()).hasSize(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ping", "ls", "stop all", "no-such-word"})
  void clientThatSupportsItReceivesTheExitCodeInTheLastChunk(String line) {
    var words = List.of(line.split(" ", -1));
    ConsoleClient apart = run(words.toArray(String[]::new));
    int code = apart.code();
    var request = new ConsoleRequest(words, "/home/me", Map.of(), Tty.NONE, Optional.empty(), true);
    ConsoleClient client = ConsoleClient.send(vertx, request.toJson());
    assertEnd(client, code);
    boolean error = apart.out().isEmpty();
    assertThat(client.chunks())
        .containsExactly(
            new ConsoleChunk.FinalText(error, error ? apart.err() : apart.out(), code));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-v", "-V", "--version"})
  void versionOptionPrintsTheVersion(String option) {
    ConsoleClient client = run(option);
    assertEnd(client, 0);
    assertThat(client.out()).isEqualTo("1.2.3\n");
  }

  @Test
  void emptyCommandLinePrintsTheUsageAndFails() {
    ConsoleClient client = run();
    assertEnd(client, 1);
    assertThat(client.out()).startsWith("Usage: jpm <command>");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-h", "--help", "help"})
  void helpFitsOneScreen(String word) {
    ConsoleClient client = run(word);
    assertEnd(client, 0);
    Golden.check("help", client.out());
    assertThat(client.out().lines().count()).isLessThanOrEqualTo(49);
    assertThat(client.out().lines()).allMatch(line -> line.length() <= 80);
  }

  @Test
  void helpDescribesOneCommand() {
    ConsoleClient client = run("help", "start");
    assertEnd(client, 0);
    Golden.check("help-start", client.out());
    ConsoleClient other = run("start", "x", "--help");
    assertEnd(other, 0);
    assertThat(other.out()).isEqualTo(client.out());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "strat app.js | unknown command \"strat\": did you mean start?",
        "frobnicate x | unknown command \"frobnicate\": see jpm --help",
        "desc2 x | unknown command \"desc2\": did you mean desc?",
        "resur | unknown command \"resur\": did you mean resurrect?",
        "start app.js --inst 2 | unknown option \"--inst\": did you mean --instances?",
        "help strat | did you mean start?",
        "start app.js --nmae web | unknown option \"--nmae\": did you mean --name? (jpm start --help)",
        "start app.js --instnaces=2 | unknown option \"--instnaces\": did you mean --instances?",
        "ls --zzzzzzz | unknown option \"--zzzzzzz\": see jpm ls --help",
        "--verison | unknown option \"--verison\": did you mean --version?",
        "start app.js --name | --name requires a value: --name NAME",
        "start app.js --name --cwd / | --name requires a value: --name NAME",
        "logs --raw=3 | should be specified without",
        "stop | jpm stop requires an argument: jpm stop name|id|all|file…",
        "ping me | jpm ping does not accept \"me\"",
        "restart web -- --x | jpm restart does not accept arguments after --",
        "logs --lines many | --lines \"many\" is not valid: use a number from 0 to",
        "events --lines x | --lines \"x\" is not valid: use a number from 0 to 1000000",
        "events --since -1 | --since \"-1\" is not valid: use a number from 0 to",
        "events --since | --since requires a value: --since SEQ",
        "env | jpm env requires an argument: jpm env name|id…",
        "logs --lines -3 | --lines \"-3\" is not valid: use a number from 0 to",
        "--name web | no command"
      })
  void mistakesAreReportedInOneLine(String line, String sentence) {
    ConsoleClient client = run(line.strip().split(" "));
    assertEnd(client, 1);
    assertThat(client.out()).isEmpty();
    assertThat(client.err().lines()).hasSize(1);
    assertThat(client.err()).startsWith("[jpm][ERROR] ").contains(sentence);
    assertThat(services.received).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"start", "validate"})
  void commandWithoutATargetUsesTheDefaultFile(String verb) {
    file = outcome(Instances.spec("app", 1));
    ConsoleClient none = run(verb);
    assertEnd(none, 1);
    assertThat(none.err())
        .isEqualTo(
            "[jpm][ERROR] no process file was found in /home/me: specify one, or create one of ecosystem.config.js,"
                + " ecosystem.config.cjs, ecosystem.config.mjs, ecosystem.json, ecosystem.json5,"
                + " ecosystem.yaml, ecosystem.yml\n");
    usual = List.of("apps.json");
    ConsoleClient one = run(verb);
    assertEnd(one, 0);
    assertThat(one.err()).doesNotContain("WARN");
    usual = List.of("apps.json", "ecosystem.yml");
    ConsoleClient two = run(verb);
    assertEnd(two, 0);
    assertThat(two.err()).contains("[jpm][WARN] using apps.json and ignoring ecosystem.yml");
  }

  @Test
  void validatePrintsJson() {
    file = outcome(Instances.spec("app", 1));
    ConsoleClient fine = run("validate", "apps.json", "--json");
    assertEnd(fine, 0);
    assertThat(new JsonObject(fine.out()))
        .isEqualTo(new JsonObject("{\"file\":\"apps.json\",\"ok\":true,\"apps\":[\"app\"]}"));
    file =
        new AppsOutcome(
            List.of(), List.of(new Problem("apps.json:3: apps[0]", "no script")), List.of());
    ConsoleClient wrong = run("validate", "apps.json", "--json");
    assertEnd(wrong, 1);
    assertThat(new JsonObject(wrong.out()).getJsonArray("problems").getString(0))
        .isEqualTo("apps.json:3: apps[0]: no script");
    assertThat(wrong.err()).isEmpty();
  }

  @Test
  void malformedRequestEndsWithExitCode2() {
    ConsoleClient client = ConsoleClient.send(vertx, new JsonObject().put("v", 9));
    assertEnd(client, 2);
    assertThat(client.err()).contains("bad request", "version 9");
  }

  // Lists

  @Test
  void listShowsCpuAndMemory() {
    services.instances.add(Instances.online(0, "web"));
    for (String word : List.of("ls", "list", "l", "ps", "status")) {
      ConsoleClient client = run(word);
      assertEnd(client, 0);
      assertThat(client.out()).contains("│ web", "│ 51.7mb", "│ 0.3%", "│ me");
    }
  }

  @Test
  void listIsShownWithoutAnAnswerOfSatan() {
    services.instances.add(Instances.online(0, "web"));
    services.satanSilent = true;
    ConsoleClient client = run("ls");
    assertEnd(client, 0);
    assertThat(client.out()).contains("│ web", "│ N/A");
  }

  @Test
  void tableFitsTheTerminal() {
    services.instances.add(Instances.online(0, "web"));
    ConsoleClient narrow = ConsoleClient.run(vertx, new Tty(40, 20, true, true, true), "ls");
    assertEnd(narrow, 0);
    assertThat(narrow.out()).contains("\u001b[1;32monline").doesNotContain("51.7mb");
    ConsoleClient plain =
        ConsoleClient.run(vertx, new Tty(40, 20, true, true, true), "ls", "--no-color");
    assertEnd(plain, 0);
    assertThat(plain.out()).contains("online").doesNotContain("\u001b");
  }

  @Test
  void jlistPrintsOnlyJson() {
    services.instances.add(Instances.online(0, "web"));
    ConsoleClient client = ConsoleClient.run(vertx, new Tty(80, 20, true, true, true), "jlist");
    assertEnd(client, 0);
    assertThat(client.err()).isEmpty();
    assertThat(new JsonArray(client.out()).getJsonObject(0).getInteger("pid")).isEqualTo(4100);
  }

  @Test
  void describeShowsEachInstance() {
    services.instances.add(Instances.online(0, Instances.spec("web", 2), 0));
    services.instances.add(Instances.online(1, Instances.spec("web", 2), 1));
    ConsoleClient client = run("describe", "web");
    assertEnd(client, 0);
    assertThat(client.out()).contains("with id 0 - name web", "with id 1 - name web");
    ConsoleClient byId = run("show", "1");
    assertEnd(byId, 0);
    assertThat(byId.out()).contains("with id 1").doesNotContain("with id 0");
  }

  @Test
  void describeOfAnUnknownAppFails() {
    ConsoleClient client = run("describe", "nope");
    assertEnd(client, 1);
    assertThat(client.err()).isEqualTo("[jpm][WARN] nope doesn't exist\n");
  }

  @Test
  void controlCharactersInArgumentsAreEscaped() {
    ConsoleClient client = run("describe", "\u001b[2J\nx");
    assertEnd(client, 1);
    assertThat(client.err()).isEqualTo("[jpm][WARN] \\x1b[2J\\nx doesn't exist\n");
  }

  @Test
  void argumentsThatAreNotUtf8DoNotBreakTheAnswer() {
    ConsoleClient client = run("describe", "a\uDCFF");
    assertEnd(client, 1);
    assertThat(client.err()).contains("a\uFFFD doesn't exist");
  }

  // Actions

  @Test
  void startCreatesAnAppFromAScript() {
    ConsoleClient client =
        run(
            "start",
            "-i",
            "2",
            "app.js",
            "--name=web",
            "--no-autorestart",
            "--kill-timeout",
            "5s",
            "--node-args",
            "--harmony",
            "--",
            "--port",
            "80 80",
            "--",
            "");
    assertEnd(client, 0);
    assertThat(described)
        .containsExactly(
            Map.of(
                "script", "app.js",
                "args", List.of("--port", "80 80", "--", ""),
                "name", "web",
                "instances", 2,
                "autorestart", false,
                "kill_timeout", "5s",
                "interpreter_args", "--harmony"));
    assertThat(callers)
        .containsExactly(new CallerContext(Path.of("/home/me"), Map.of("PATH", "/usr/bin")));
    assertThat(services.received(StartApps.class))
        .containsExactly(
            new StartApps(
                List.of(Instances.spec("app", 1)),
                ExistingAppPolicy.REFUSE_RUNNING,
                Optional.empty(),
                true));
    assertThat(client.out())
        .contains("[jpm] Starting /srv/app/server.js as app (1 instance)", "[jpm] Done.", "│ app ");
  }

  @Test
  void startWarnsOfLimitsThatAreNotEnforced() {
    services.unenforced =
        "limits.memory is not enforced because jpm has no delegated cgroup; see jpm doctor";
    ConsoleClient client = run("start", "app.js");
    assertThat(client.code()).isZero();
    assertThat(client.err())
        .isEqualTo(
            "[jpm][WARN] app: limits.memory is not enforced because jpm has no delegated cgroup; see jpm doctor\n");
  }

  @Test
  void optionsMayPrecedeTheCommand() {
    assertEnd(run("--name", "web", "start", "app.js"), 0);
    assertThat(described).containsExactly(Map.of("script", "app.js", "name", "web"));
  }

  @Test
  void startOfAListedNameOrIdStartsThatApp() {
    services.instances.add(Instances.stopped(0, "web"));
    for (String word : List.of("web", "0", "all")) {
      services.received.clear();
      ConsoleClient client = run("start", word);
      assertEnd(client, 0);
      assertThat(services.received(Act.class))
          .containsExactly(new Act(Action.START, List.of(word), Optional.empty(), true));
      assertThat(client.out()).contains("[jpm] Started web (id 0)");
    }
    assertThat(described).isEmpty();
  }

  @Test
  void pathIsAScriptEvenIfAnotherAppRunsIt() {
    services.instances.add(Instances.online(0, "web"));
    assertEnd(run("start", "/srv/app/server.js", "--name", "other"), 0);
    assertThat(services.received(GodCommand.Show.class))
        .doesNotContain(new GodCommand.Show(List.of("/srv/app/server.js")));
    assertThat(services.received(StartApps.class)).hasSize(1);
  }

  @Test
  void optionsWithoutEffectAreAWarning() {
    services.instances.add(Instances.stopped(0, "web"));
    ConsoleClient client = run("start", "web", "-i", "4");
    assertEnd(client, 0);
    assertThat(client.err())
        .isEqualTo(
            "[jpm][WARN] --instances has no effect on an app that is already in the list: use jpm scale\n");
  }

  @Test
  void startOfAProcessFileStartsItsApps() {
    file =
        new AppsOutcome(
            List.of(Instances.spec("a", 1), Instances.spec("b", 2)),
            List.of(),
            List.of("watch is not known yet"));
    ConsoleClient client = run("start", "apps.json");
    assertEnd(client, 0);
    assertThat(services.received(StartApps.class))
        .containsExactly(
            new StartApps(file.apps(), ExistingAppPolicy.RESTART, Optional.of(FILE), true));
    assertThat(client.err()).isEqualTo("[jpm][WARN] watch is not known yet\n");
    assertThat(client.out()).contains("[jpm] Done: 2 apps, 2 instances", "│ a ", "│ b ");
  }

  @Test
  void envOptionAppliesOnlyToProcessFiles() {
    file = outcome(Instances.spec("a", 1));
    assertEnd(run("start", "apps.json", "--env", "production"), 0);
    assertThat(environments).containsExactly(Optional.of("production"));
    ConsoleClient script = run("start", "app.js", "--env", "production");
    assertEnd(script, 0);
    assertThat(script.err())
        .isEqualTo(
            "[jpm][WARN] --env has no effect without a process file: it selects the variables of such a file\n");
    services.received.clear();
    ConsoleClient name = run("restart", "a", "--env", "production");
    assertEnd(name, 1);
    assertThat(name.err())
        .isEqualTo("[jpm][ERROR] --env requires a process file, but a is not one: omit --env\n");
    assertThat(services.received).isEmpty();
  }

  @Test
  void restartOfAProcessFileAppliesItsCurrentContent() {
    services.instances.add(Instances.online(0, "a"));
    services.instances.add(Instances.online(1, "c"));
    file = outcome(Instances.spec("a", 1), Instances.spec("b", 1));
    ConsoleClient client = run("restart", "apps.json", "c", "--env", "production");
    assertEnd(client, 1);
    client = run("restart", "c", "apps.json");
    assertEnd(client, 0);
    assertThat(environments).contains(Optional.of("production"), Optional.empty());
    assertThat(services.received(Act.class)).containsExactly(new Act(Action.RESTART, List.of("c")));
    assertThat(services.received(StartApps.class))
        .containsExactly(
            new StartApps(
                List.of(Instances.spec("a", 1)), ExistingAppPolicy.RESTART, Optional.empty()));
    assertThat(client.err())
        .isEqualTo("[jpm][WARN] these apps in apps.json are not in the list and are skipped: b\n");
  }

  @Test
  void updateEnvPassesTheEnvironmentOfTheCaller() {
    services.instances.add(Instances.online(0, "web"));
    Optional<Map<String, String>> shell = Optional.of(Map.of("PATH", "/usr/bin"));
    for (String verb : List.of("restart", "start")) {
      services.received.clear();
      assertEnd(run(verb, "web", "--update-env"), 0);
      assertThat(services.received(Act.class))
          .containsExactly(new Act(Action.RESTART, List.of("web"), shell, verb.equals("start")));
    }
  }

  @Test
  void forceReplacesAnAppThatRuns() {
    assertEnd(run("start", "app.js", "-f"), 0);
    assertThat(services.received(StartApps.class))
        .containsExactly(
            new StartApps(
                List.of(Instances.spec("app", 1)),
                ExistingAppPolicy.REPLACE,
                Optional.empty(),
                true));
  }

  private static AppChange change(String app, AppChange.Kind kind, AppChange.Field... fields) {
    return new AppChange(new AppName(app), kind, List.of(fields), false, Optional.empty());
  }

  @Test
  void planAndApplyPrintTheChangesOfEachApp() {
    file = outcome(Instances.spec("a", 1));
    services.changes =
        List.of(
            change(
                "a",
                AppChange.Kind.ROLLING,
                new AppChange.Field("args", "[a]", "[b]"),
                new AppChange.Field("env.PORT", "3000", "3001"),
                new AppChange.Field("env.API_TOKEN", "geheim", "hidden"),
                new AppChange.Field("pid_file", "", "/run/a.pid")),
            change("b", AppChange.Kind.UNCHANGED),
            change("c", AppChange.Kind.START),
            change("d", AppChange.Kind.UNCHANGED));
    for (String verb : List.of("plan", "apply")) {
      services.received.clear();
      ConsoleClient client = run(verb, "apps.json", "--prune");
      assertEnd(client, 0);
      assertThat(client.out())
          .isEqualTo(
              """
              a: rolling (args, env.PORT: 3000 → 3001, env.API_TOKEN, pid_file: none → /run/a.pid)
              c: start
              unchanged: b, d
              """);
      assertThat(services.received(GodCommand.Apply.class))
          .containsExactly(
              new GodCommand.Apply(
                  file.apps(), Optional.of(FILE), true, true, verb.equals("plan"), true));
    }
    ConsoleClient planned = run("plan", "apps.json", "--json");
    assertEnd(planned, 0);
    String json = planned.out();
    assertThat(json.lines()).hasSize(4);
    assertThat(json)
        .contains("{\"key\":\"env.API_TOKEN\",\"from\":\"******\",\"to\":\"******\"}")
        .doesNotContain("geheim", "hidden");
  }

  @Test
  void problemInAWatchedFileIsShownWithTheList() {
    services.instances.add(Instances.online(0, "a"));
    services.instances.add(Instances.online(1, "b"));
    services.troubles =
        List.of(
            new ConfigWatchReply.RejectedFile(
                FILE, Set.of(new AppName("a")), List.of(FILE + ":3: wrong", "more")));
    String line =
        "[jpm][WARN] /home/me/apps.json:3: wrong (and 1 more); the latest edit of this file was not applied\n";
    for (String[] words : new String[][] {{"ls"}, {"describe", "a"}}) {
      ConsoleClient client = run(words);
      assertEnd(client, 0);
      assertThat(client.err()).isEqualTo(line);
    }
    ConsoleClient other = run("describe", "b");
    assertEnd(other, 0);
    assertThat(other.err()).isEmpty();
  }

  @Test
  void applyFailsWithTheProblemsOfGod() {
    file = outcome(Instances.spec("a", 1));
    services.changes = List.of(change("a", AppChange.Kind.RESTART).failed("a (id 0): exit 1"));
    services.problems = _ -> List.of("a (id 0): exit 1");
    ConsoleClient client = run("apply", "apps.json");
    assertEnd(client, 1);
    assertThat(client.out()).isEqualTo("a: restart, failed\n");
    assertThat(client.err()).isEqualTo("[jpm][ERROR] a (id 0): exit 1\n");
    client = run("apply", "apps.json", "--prune", "--only", "a");
    assertEnd(client, 1);
    assertThat(client.err()).contains("--prune and --only cannot be combined");
  }

  @Test
  void watchedFileIsReadWithTheContextOfTheStartingCaller() {
    file = new AppsOutcome(List.of(Instances.spec("a", 1)), List.of(), List.of(), true);
    assertEnd(run("start", "apps.json"), 0);
    assertEnd(run("start", "apps.json", "--watch-config", "--only", "a", "--env", "prod"), 0);
    assertEnd(run("start", "apps.json", "--no-watch-config"), 0);
    Set<AppName> apps = Set.of(new AppName("a"));
    Path home = Path.of("/home/me");
    Map<String, String> shell = Map.of("PATH", "/usr/bin");
    assertThat(
            services.received(GodCommand.WatchFile.class).stream().map(GodCommand.WatchFile::file))
        .containsExactly(
            new AppFile(
                FILE,
                apps,
                Optional.of(
                    new AppFile.WatchContext(home, shell, Optional.empty(), Set.of(), false))),
            new AppFile(
                FILE,
                apps,
                Optional.of(
                    new AppFile.WatchContext(home, shell, Optional.of("prod"), Set.of("a"), true))),
            new AppFile(FILE, apps, Optional.empty()));
  }

  @Test
  void onlyOptionSelectsAppsOfAFile() {
    file = outcome(Instances.spec("a", 1), Instances.spec("b", 1), Instances.spec("c", 1));
    assertEnd(run("start", "apps.json", "--only", "c,a"), 0);
    assertThat(services.received(StartApps.class).getFirst().specs())
        .extracting(spec -> spec.name().value())
        .containsExactly("a", "c");
    ConsoleClient wrong = run("start", "apps.json", "--only", "x");
    assertEnd(wrong, 1);
    assertThat(wrong.err())
        .contains("--only \"x\" does not match any app: the apps in apps.json are a, b, c");
  }

  @Test
  void eachProblemIsPrintedOnItsOwnLine() {
    file =
        new AppsOutcome(
            List.of(),
            List.of(new Problem("apps[0].script", "missing"), new Problem("apps[1].name", "bad")),
            List.of());
    ConsoleClient client = run("start", "apps.json");
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo("[jpm][ERROR] apps[0].script: missing\n[jpm][ERROR] apps[1].name: bad\n");
    assertThat(client.out()).isEmpty();
  }

  @Test
  void firstFailureSkipsTheRemainingTargets() {
    script = new AppsOutcome(List.of(), List.of(new Problem("nope.js", "not found")), List.of());
    ConsoleClient client = run("start", "nope.js", "other.js");
    assertEnd(client, 1);
    assertThat(described).extracting(one -> one.get("script")).containsExactly("nope.js");
  }

  @Test
  void refusalByGodIsReported() {
    services.problems =
        command -> command instanceof StartApps ? List.of("app is running already") : List.of();
    ConsoleClient client = run("start", "app.js");
    assertEnd(client, 1);
    assertThat(client.err()).isEqualTo("[jpm][ERROR] app is running already\n");
    assertThat(client.out()).doesNotContain("│");
  }

  @ParameterizedTest
  @CsvSource({
    "stop, STOP, Stopped",
    "restart, RESTART, Restarted",
    "delete, DELETE, Deleted",
    "del, DELETE, Deleted"
  })
  void actionsAreSentToGodAndPrintTheList(String word, Action action, String done) {
    services.instances.add(Instances.online(0, "web"));
    services.instances.add(Instances.online(1, "web"));
    services.instances.add(Instances.online(2, "job"));
    ConsoleClient client = run(word, "web", "2");
    assertEnd(client, 0);
    assertThat(services.received(Act.class)).containsExactly(new Act(action, List.of("web", "2")));
    assertThat(client.out())
        .contains("[jpm] " + done + " job (id 2)", "[jpm] " + done + " web (ids 0, 1)", "│ id");
  }

  @Test
  void processFileSelectsItsListedApps() {
    services.instances.add(Instances.online(0, "a"));
    file = outcome(Instances.spec("a", 1), Instances.spec("b", 1));
    ConsoleClient client = run("stop", "apps.json");
    assertEnd(client, 0);
    assertThat(services.received(Act.class)).containsExactly(new Act(Action.STOP, List.of("a")));
    assertThat(client.err())
        .isEqualTo("[jpm][WARN] these apps in apps.json are not in the list and are skipped: b\n");
    services.instances.clear();
    ConsoleClient none = run("stop", "apps.json");
    assertEnd(none, 1);
    assertThat(none.err())
        .contains("none of the apps in apps.json is in the list: start them first");
  }

  @Test
  void selectorWithoutAMatchFails() {
    ConsoleClient silent = run("stop", "nope");
    assertEnd(silent, 1);
    assertThat(silent.err())
        .isEqualTo("[jpm][ERROR] no app was found: run jpm ls to see all apps\n");
    services.problems = command -> command instanceof Act ? List.of("nope not found") : List.of();
    ConsoleClient told = run("restart", "nope");
    assertEnd(told, 1);
    assertThat(told.err()).isEqualTo("[jpm][ERROR] nope not found\n");
  }

  @Test
  void manyAppsAreSummarized() {
    IntStream.range(0, 30).forEach(i -> services.instances.add(Instances.online(i, "job-" + i)));
    ConsoleClient client = run("restart", "all");
    assertEnd(client, 0);
    assertThat(client.out()).startsWith("[jpm] Restarted 30 apps (30 instances)\n┌");
  }

  @ParameterizedTest
  @CsvSource({"save, false", "dump, false", "save --force, true", "dump -f, true"})
  void saveReportsTheNumberOfSavedApps(String line, boolean force) {
    services.instances.add(Instances.online(0, "web"));
    services.instances.add(Instances.online(1, "web"));
    services.instances.add(Instances.stopped(2, "job"));
    ConsoleClient client = run(line.split(" "));
    assertEnd(client, 0);
    assertThat(services.received(GodCommand.Save.class))
        .containsExactly(new GodCommand.Save(force));
    assertThat(client.out())
        .isEqualTo(
            """
            [jpm] Saving current process list...
            [jpm] Successfully saved 2 apps in dump.json
            """);
  }

  @Test
  void unsavedEmptyListIsAWarningAsInPm2() {
    services.notes = List.of("the list of apps is empty: nothing was saved");
    ConsoleClient client = run("save");
    assertEnd(client, 0);
    assertThat(client.err())
        .isEqualTo("[jpm][WARN] the list of apps is empty: nothing was saved\n");
    assertThat(client.out()).doesNotContain("Successfully");
  }

  @ParameterizedTest
  @ValueSource(strings = {"save", "resurrect", "cleardump"})
  void failureToWriteOrReadTheSavedListIsReported(String word) {
    services.problems =
        command -> command instanceof GodCommand.Show ? List.of() : List.of("dump.json: no");
    ConsoleClient client = run(word);
    assertEnd(client, 1);
    assertThat(client.err()).isEqualTo("[jpm][ERROR] dump.json: no\n");
    assertThat(client.out()).doesNotContain("Successfully").doesNotContain("│");
  }

  @Test
  void resurrectReportsRestoredAndAlreadyListedApps() {
    services.instances.add(Instances.online(0, "web"));
    services.instances.add(Instances.stopped(1, "job"));
    services.notes = List.of("api is already in the list and was left unchanged");
    ConsoleClient client = run("resurrect");
    assertEnd(client, 0);
    assertThat(client.out())
        .startsWith(
            """
            [jpm] Resurrecting
            [jpm] Process job restored (saved as stopped)
            [jpm] Process web restored
            ┌\
            """);
    assertThat(client.err()).contains("[jpm][WARN] api is already in the list");
  }

  @Test
  void clearDumpEmptiesTheSavedList() {
    ConsoleClient client = run("cleardump");
    assertEnd(client, 0);
    assertThat(services.received(GodCommand.ClearDump.class)).hasSize(1);
    assertThat(client.out()).isEqualTo("[jpm] The saved list is now empty\n");
  }

  @Test
  void killStopsTheDaemonAfterTheLastAnswer() {
    services.instances.add(Instances.online(0, "web"));
    ConsoleClient client = run("kill");
    assertEnd(client, 0);
    assertThat(client.out())
        .isEqualTo("[jpm] [v] All Applications Stopped\n[jpm] [v] jpm Daemon Stopped\n");
    Eventually.await("the command to the daemon", LIMIT, () -> !services.daemon.isEmpty());
    assertThat(services.daemon).containsExactly(new DaemonCommand.Stop());
    assertThat(services.received(GodCommand.DeleteAll.class)).hasSize(1);
  }

  @Test
  void updateHandsOverAfterTheLastAnswerWithoutAskingGod() {
    services.mute = true;
    ConsoleClient client = run("update");
    assertEnd(client, 0);
    assertThat(client.out())
        .isEqualTo("[jpm] daemon 1.2.3 (pid 4711) is handing over to the new daemon\n");
    Eventually.await(
        "the command to the daemon",
        LIMIT,
        () -> services.daemon.equals(List.of(new DaemonCommand.StopForUpdate())));
    assertThat(services.received).isEmpty();
  }

  @Test
  void commandOfTheClientIsRejectedByTheDaemon() {
    ConsoleClient client = run("startup");
    assertEnd(client, 1);
    assertThat(client.err()).contains("only the client bin/jpm can").hasLineCount(1);
  }

  @Test
  void killStopsTheDaemonEvenIfGodReportsProblems() {
    services.problems = _ -> List.of("web (id 0) does not end");
    ConsoleClient client = run("kill");
    assertEnd(client, 1);
    assertThat(client.err()).contains("web (id 0) does not end");
    Eventually.await("the command to the daemon", LIMIT, () -> !services.daemon.isEmpty());
  }

  @Test
  void requestAfterKillIsLeftToTheNextDaemon() {
    assertEnd(run("kill"), 0);
    var late = new ConsoleRequest(List.of("restart", "web"), "/home/me", Map.of(), Tty.NONE);
    Future<?> answer =
        vertx
            .eventBus()
            .request(Addresses.CONSOLE, late.toJson(), new DeliveryOptions().setSendTimeout(300));
    assertThatThrownBy(() -> answer.await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS))
        .isInstanceOfSatisfying(
            ReplyException.class,
            failure -> assertThat(failure.failureType()).isEqualTo(ReplyFailure.TIMEOUT));
    Eventually.await("the command to the daemon", LIMIT, () -> !services.daemon.isEmpty());
    assertThat(services.received(GodCommand.Act.class)).isEmpty();
  }

  @Test
  void killContinuesWhenItsClientDisconnects() {
    services.slow = true;
    ConsoleClient client = run("kill");
    client.disconnect();
    Eventually.await("a heartbeat", LIMIT, () -> !client.chunks().isEmpty());
    services.release();
    Eventually.await("the command to the daemon", LIMIT, () -> !services.daemon.isEmpty());
    assertThat(client.isDone()).isFalse();
  }

  // Protocol

  @Test
  void slowCommandSendsHeartbeats() {
    services.instances.add(Instances.online(0, "web"));
    services.slow = true;
    ConsoleClient client = run("stop", "web");
    Eventually.await("heartbeats", LIMIT, () -> client.chunks().size() >= 3);
    assertThat(client.chunks()).allMatch(chunk -> chunk instanceof ConsoleChunk.KeepAlive);
    services.release();
    assertEnd(client, 0);
    assertThat(client.out()).contains("Stopped web");
  }

  @Test
  void largeOutputIsSentInSmallChunksUnchanged() {
    Path out = Instances.online(0, "web").outFile();
    services.instances.add(Instances.online(0, "web"));
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 5_000; i++) {
      texts.add(i + " 🚀é日".repeat(100));
    }
    texts.forEach(
        text -> services.past.add(new Line(out, Instances.NOW, text, LogPosition.startOf(out))));
    ConsoleClient client = run("logs", "--nostream", "--raw", "--lines", "5000");
    assertEnd(client, 0);
    assertThat(client.out().getBytes(StandardCharsets.UTF_8).length).isGreaterThan(5_000_000);
    assertThat(client.out()).isEqualTo(String.join("\n", texts) + "\n");
    assertThat(client.chunks())
        .allSatisfy(chunk -> {
          if (chunk instanceof ConsoleChunk.Out(String text)) {
            assertThat(text.getBytes(StandardCharsets.UTF_8).length)
                .isLessThanOrEqualTo(Outbox.CHUNK_BYTES);
          }
        });
    assertThat(client.chunks().size()).isLessThan(250);
  }

  @Test
  void verticleThatDoesNotAnswerIsNamed() {
    services.mute = true;
    ConsoleClient silent = run("ls");
    assertEnd(silent, 1);
    assertThat(silent.err())
        .isEqualTo(
            "[jpm][ERROR] The supervisor (God) did not answer within 2 s; see the daemon's log\n");
  }

  @Test
  void internalErrorIsOneLineAndExitCode70() {
    broken = true;
    ConsoleClient client = run("start", "app.js");
    assertEnd(client, 70);
    assertThat(client.err())
        .isEqualTo("[jpm][ERROR] internal error: fake defect; see the daemon's log\n");
  }

  @Test
  void profileThatCannotBeWrittenIsReportedWithThePlainReason() {
    var request =
        new ConsoleRequest(List.of("profile:mem"), "/no/such/directory", Map.of(), Tty.NONE);
    ConsoleClient client = ConsoleClient.send(vertx, request.toJson());
    assertEnd(client, 1);
    assertThat(client.err())
        .matches(
            "\\[jpm]\\[ERROR] /no/such/directory/jpm-.*\\.hprof cannot be written: No such file or directory\n");
  }

  // Logs

  @Test
  void logsPrintPastLines() {
    var web = Instances.online(0, "web");
    services.instances.add(web);
    services.past.add(
        new Line(web.errorFile(), Instances.NOW, "oh no", LogPosition.startOf(web.errorFile())));
    services.past.add(
        new Line(web.outFile(), Instances.NOW, "hello", LogPosition.startOf(web.outFile())));
    ConsoleClient client = ConsoleClient.run(vertx, ConsoleClient.WIDE, "logs", "--nostream");
    assertEnd(client, 0);
    assertThat(client.out())
        .isEqualTo(
            """
            [TAILING] Tailing last 15 lines for [all] processes (change the value with --lines option)
            0|web | oh no
            0|web | hello
            """);
  }

  @Test
  void logsSelectStreams() {
    var web = Instances.online(0, "web");
    services.instances.add(web);
    services.past.add(
        new Line(web.errorFile(), Instances.NOW, "oh no", LogPosition.startOf(web.errorFile())));
    services.past.add(
        new Line(web.outFile(), Instances.NOW, "hello", LogPosition.startOf(web.outFile())));
    ConsoleClient errors = run("log", "web", "--nostream", "--err", "--raw");
    assertEnd(errors, 0);
    assertThat(errors.err()).isEqualTo("oh no\n");
    assertThat(errors.out()).isEmpty();
    ConsoleClient out = run("logs", "web", "--nostream", "--out", "--raw");
    assertEnd(out, 0);
    assertThat(out.out()).isEqualTo("hello\n");
  }

  @Test
  void controlSequencesAreRemovedOnlyForTerminals() {
    var web = Instances.online(0, "web");
    services.instances.add(web);
    services.past.add(
        new Line(
            web.outFile(),
            Instances.NOW,
            "\u001b[2J\u001b[31mred",
            LogPosition.startOf(web.outFile())));
    ConsoleClient pipe = run("logs", "--nostream", "--raw");
    assertEnd(pipe, 0);
    assertThat(pipe.out()).isEqualTo("\u001b[2J\u001b[31mred\n");
    ConsoleClient screen =
        ConsoleClient.run(vertx, ConsoleClient.WIDE, "logs", "--nostream", "--raw");
    assertEnd(screen, 0);
    assertThat(screen.out()).isEqualTo("\u001b[31mred\u001b[0m\n");
  }

  @Test
  void logsOfAnUnknownAppFail() {
    ConsoleClient client = run("logs", "nope");
    assertEnd(client, 1);
    assertThat(client.err())
        .isEqualTo("[jpm][ERROR] no app was found: run jpm ls to see all apps\n");
  }

  @Test
  void logsFollowNewInstances() {
    var web = Instances.online(0, "web");
    var job = Instances.online(11, "job");
    services.instances.add(web);
    ConsoleClient client = run("logs", "--lines", "0");
    Eventually.await("a follower of web", LIMIT, () -> services.isFollowed(web.outFile()));
    services.printLine(web.outFile(), "one");
    Eventually.await("the line of web", LIMIT, () -> client.out().contains("0|web | one\n"));
    services.instances.add(job);
    Eventually.await("a follower of job", LIMIT, () -> services.isFollowed(job.errorFile()));
    services.printLine(job.errorFile(), "two");
    Eventually.await("the line of job", LIMIT, () -> client.out().contains("11|job | two\n"));
    Eventually.await("a follower of web", LIMIT, () -> services.isFollowed(web.outFile()));
    services.instances.remove(web);
    services.printLine(web.outFile(), "last");
    Eventually.await("the last line", LIMIT, () -> client.out().contains("0|web  | last\n"));
    Eventually.await(
        "a heartbeat",
        LIMIT,
        () -> client.chunks().stream().anyMatch(chunk -> chunk instanceof ConsoleChunk.KeepAlive));
    assertThat(client.isDone()).isFalse();
  }

  @Test
  void disconnectedClientIsReleased() {
    var web = Instances.online(0, "web");
    services.instances.add(web);
    ConsoleClient client = run("logs");
    Eventually.await("a follower of web", LIMIT, () -> services.isFollowed(web.outFile()));
    client.disconnect();
    Eventually.await("an unanswered chunk", LIMIT, client::hasUnansweredChunk);
    List<ConsoleChunk> before = List.copyOf(client.chunks());
    int shows = services.received(GodCommand.Show.class).size();
    services.printLine(web.outFile(), "unheard");
    assertEnd(run("ping"), 0);
    assertThat(services.received(GodCommand.Show.class).size()).isLessThanOrEqualTo(shows + 1);
    // Another client receives a later line. By then, the console has processed the first line.
    ConsoleClient other = run("logs");
    Eventually.await("a follower of web", LIMIT, () -> services.isFollowed(web.outFile()));
    services.printLine(web.outFile(), "heard");
    Eventually.await("the later line", LIMIT, () -> other.out().contains("heard"), other::out);
    Eventually.await("a follower of web", LIMIT, () -> services.isFollowed(web.outFile()));
    assertThat(services.received(LogsCommand.Follow.class))
        .as("once for the first client, twice for the other one")
        .hasSize(3);
    assertThat(client.chunks()).isEqualTo(before);
  }
}
