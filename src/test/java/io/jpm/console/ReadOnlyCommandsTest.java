package io.jpm.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.daemon.DoctorReply;
import io.jpm.bus.daemon.DoctorReply.Finding;
import io.jpm.bus.daemon.DoctorRequest;
import io.jpm.bus.satan.UsageLease;
import io.jpm.config.deploy.ScriptEvaluator;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.cli.ArgumentReader;
import io.jpm.console.cli.Examples;
import io.jpm.console.cli.ParsedCommand;
import io.jpm.console.inspect.ListCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.ConsoleRequest.Tty;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the read-only commands: `ls` with its options, `pid`, `id`, `prettylist`, `describe
/// --json`, `report`, `slist`, `examples`.
class ReadOnlyCommandsTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  @TempDir private Path home;
  private final Vertx vertx = Vertx.vertx();
  private final FakeServices services = new FakeServices(vertx);

  @BeforeEach
  void deploy() throws Exception {
    BusCodec.install(vertx);
    var context =
        new ConsoleContext(
            "1.2.3", 4711, "me", home, AppDefaults.PM2, () -> Instances.NOW, ConsoleTiming.DEFAULT);
    vertx
        .deployVerticle(new ConsoleVerticle(context, ScriptEvaluator.NONE, FakePrograms.NONE))
        .await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
    services.instances.add(Instances.online(0, "web"));
    services.instances.add(Instances.stopped(1, "api"));
  }

  @AfterEach
  void close() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(10), TimeUnit.SECONDS);
  }

  private ConsoleClient run(String line) {
    return ConsoleClient.run(vertx, line.split(" ", -1));
  }

  private String runSuccessfully(String line) {
    ConsoleClient client = run(line);
    assertThat(client.code()).describedAs("%s: %s", line, client.err()).isZero();
    assertThat(client.err()).isEmpty();
    return client.out();
  }

  private String runRejected(String line) {
    ConsoleClient client = run(line);
    assertThat(client.code()).isEqualTo(1);
    assertThat(client.out()).isEmpty();
    assertThat(client.err().lines()).hasSize(1);
    return client.err();
  }

  // ls

  @Test
  void listIsSortedByTheGivenField() {
    assertThat(runSuccessfully("ls")).containsSubsequence("api", "web");
    assertThat(runSuccessfully("l --sort name:desc")).containsSubsequence("web", "api");
    assertThat(runSuccessfully("ps --sort=id")).containsSubsequence("web", "api");
    assertThat(runRejected("status --sort size"))
        .startsWith("[jpm][ERROR] --sort \"size\" is not valid: use one of name, namespace, pid,");
  }

  @ParameterizedTest
  @ValueSource(strings = {"-m", "--mini-list"})
  void miniListHasABlockForEachInstance(String option) {
    assertThat(runSuccessfully("ls " + option))
        .isEqualTo(
            """
            +--- api
            namespace : default
            pid : 0
            pm2 id : 1
            status : stopped
            mode : fork
            restarted : 0
            uptime : 0
            cpu : 0%
            memory usage : 0b
            error log : /home/me/.jpm/logs/api-error.log
            watching : no
            PID file : /home/me/.jpm/pids/api-1.pid

            +--- web
            namespace : default
            pid : 4100
            pm2 id : 0
            status : online
            mode : fork
            restarted : 0
            uptime : 100s
            cpu : 0.3%
            memory usage : 51.7mb
            error log : /home/me/.jpm/logs/web-error.log
            watching : no
            PID file : /home/me/.jpm/pids/web-0.pid
            """);
  }

  @Test
  void listAsJsonEqualsJlist() {
    assertThat(runSuccessfully("ls --json")).isEqualTo(runSuccessfully("jlist"));
    var sorted = new JsonArray(runSuccessfully("ls --json --sort name"));
    assertThat(sorted.getJsonObject(0).getString("name")).isEqualTo("api");
  }

  @Test
  void watchRedrawsTheListUntilTheClientDisconnects() {
    ConsoleClient client = ConsoleClient.run(vertx, ConsoleClient.WIDE, "ls", "--watch");
    Eventually.await("the first list", LIMIT, () -> client.out().contains("web"));
    services.instances.add(Instances.online(2, "later"));
    Eventually.await("the updated list", LIMIT, () -> client.out().contains("later"));
    assertThat(client.out()).startsWith("\u001b[2J\u001b[H").endsWith("\u001b[?7h");
    assertThat(client.isDone()).isFalse();
    client.disconnect();
  }

  @Test
  void frameIsNotHigherThanTheTerminal() {
    String picture = "one\ntwo\nthree\nfour\nfive\n";
    assertThat(ListCommand.frame(picture, 0).lines()).hasSize(6);
    assertThat(ListCommand.frame(picture, 7)).contains("five").doesNotContain("more");
    assertThat(ListCommand.frame(picture, 5))
        .contains("three", "… 2 more lines")
        .doesNotContain("four");
  }

  @Test
  void watchRequiresATerminal() {
    assertThat(runRejected("ls --watch")).contains("--watch requires a terminal");
  }

  @ParameterizedTest
  @ValueSource(strings = {"ls --json -m", "ls --json --watch", "slist --json --tree"})
  void outputFormatsCannotBeCombined(String line) {
    assertThat(runRejected(line)).contains("cannot be combined");
  }

  // pid, id

  @Test
  void processIdsArePrintedOnePerLine() {
    assertThat(runSuccessfully("pid")).isEqualTo("4100\n0\n");
    assertThat(runSuccessfully("pid all")).isEqualTo("4100\n0\n");
    assertThat(runSuccessfully("pid web")).isEqualTo("4100\n");
    assertThat(runSuccessfully("pid 1")).isEqualTo("0\n");
    assertThat(runSuccessfully("pid --json web"))
        .isEqualTo("[{\"name\":\"web\",\"pm_id\":0,\"pid\":4100}]\n");
  }

  @Test
  void pidOfAnUnknownAppFails() {
    assertThat(runRejected("pid nope"))
        .isEqualTo("[jpm][ERROR] no app was found: run jpm ls to see all apps\n");
    services.problems = _ -> List.of("no app is called nope");
    assertThat(runRejected("pid web nope")).isEqualTo("[jpm][ERROR] no app is called nope\n");
    services.problems = _ -> List.of();
    services.instances.clear();
    assertThat(runSuccessfully("pid")).isEmpty();
  }

  @Test
  void idsAreAnArray() {
    assertThat(runSuccessfully("id web")).isEqualTo("[ 0 ]\n");
    assertThat(runSuccessfully("id web api")).isEqualTo("[ 0, 1 ]\n");
    assertThat(runSuccessfully("id nope")).isEqualTo("[]\n");
    assertThat(runSuccessfully("id web --json")).isEqualTo("[0]\n");
  }

  // prettylist, describe --json

  @Test
  void prettylistPrintsEachPathOnItsOwnLine() {
    assertThat(runSuccessfully("prettylist"))
        .startsWith("[\n  {\n    pid: 4100,\n    name: 'web',\n    pm2_env: {\n")
        .contains(
            "\n      exec_interpreter: '/usr/bin/node',\n",
            "\n      pm_out_log_path: '/home/me/.jpm/logs/web-out.log',\n",
            "\n      node_args: [ '--max-old-space-size=200' ],\n",
            "\n      env: {},\n",
            "\n    monit: { memory: 54211379, cpu: 0.3, jpm: { children: 2, threads: 14 } }\n")
        .endsWith("\n  }\n]\n");
    services.instances.clear();
    assertThat(runSuccessfully("prettylist")).isEqualTo("[]\n");
  }

  @Test
  void describePrintsJson() {
    ConsoleClient client = run("describe --json web nope web");
    assertThat(client.code()).isEqualTo(1);
    assertThat(client.err()).isEqualTo("[jpm][WARN] nope doesn't exist\n");
    assertThat(new JsonArray(client.out())).hasSize(1);
    assertThat(runSuccessfully("describe --json web api")).isEqualTo(runSuccessfully("jlist"));
  }

  // report, slist, examples

  @Test
  void reportIsFencedAndContainsNoSecrets() throws Exception {
    Files.writeString(
        home.resolve("jpm.log"),
        IntStream.range(0, 25).mapToObj(i -> "line " + i + "\n").collect(Collectors.joining())
            + "posting to https://me:hunter3@example.org failed ```\u001b[2J\n");
    Files.writeString(home.resolve("token"), "abcdef");
    vertx
        .eventBus()
        .<DoctorRequest>consumer(
            Addresses.DOCTOR_COMMAND,
            message ->
                message.reply(
                    new DoctorReply(
                        List.of(
                            Finding.ok("kernel", "Linux 6"),
                            Finding.warn("clock", "wrong", "mend it")))));
    String report = runSuccessfully("report");
    assertThat(report)
        .startsWith("```\n--- jpm report ---")
        .endsWith("```\n")
        .contains("jpm version          : 1.2.3\n", "pid                  : 4711\n")
        .contains("kernel               : Linux 6\n", "clock                : (warn) wrong\n")
        .contains("│ web ", "line 24\n", "line 6\n", "https://me:")
        .doesNotContain("line 5\n", "hunter", "PASSWORD", "abcdef", "\u001b");
    assertThat(report.split("```", -1)).hasSize(3);
  }

  @Test
  void reportIsPrintedWithoutPartsThatDoNotAnswer() {
    assertThat(runSuccessfully("report")).contains("cannot be read: ").contains("│ web ");
  }

  @ParameterizedTest
  @CsvSource({"slist", "sysinfos", "slist --tree", "slist --json"})
  void hostMetricsAreThoseOfTheSecondSample(String line) {
    List<Boolean> wanted = new CopyOnWriteArrayList<>();
    vertx
        .eventBus()
        .<UsageLease>consumer(
            Addresses.USAGE_LEASES,
            message -> {
              wanted.add(message.body().subscribed());
              if (message.body().subscribed()) {
                publishUsage(80);
                publishUsage(50);
              }
            });
    String text = runSuccessfully(line);
    Eventually.await("the end of the lease", LIMIT, () -> wanted.equals(List.of(true, false)));
    assertThat(text).contains("CPU Usage", "RAM Available", "fs:use:" + home);
    switch (line) {
      case "slist --tree" -> assertThat(text).startsWith("├─ CPU Usage\n│  ├─ value: 25.0\n");
      case "slist --json" ->
          assertThat(new JsonObject(text).getJsonObject("RAM Usage").getDouble("value"))
              .isEqualTo(75);
      default ->
          assertThat(text)
              .startsWith(
                  "{\n  'CPU Usage': { value: 25, type: 'metric', unit: '%', historic: true },\n");
    }
  }

  private void publishUsage(double cpu) {
    var system =
        new JsonObject()
            .put("cores", 2)
            .put("cpu", cpu)
            .put("memory", 4000L)
            .put("available", 1000L)
            .put("load", 0.5);
    vertx.eventBus().publish(Addresses.USAGE, new JsonObject().put("system", system));
  }

  @Test
  void everyExampleIsAValidCommandLine() {
    assertThat(runSuccessfully("examples")).startsWith("Start\n").contains(Examples.forBeginners());
    assertThat(Examples.ALL.stream().flatMap(group -> group.lines().stream()))
        .allSatisfy(line -> {
          List<String> words =
              List.of(line.command().replace("\"python3 -m http.server\"", "x").split(" ", -1));
          assertThat(words.getFirst()).isEqualTo("jpm");
          assertThat(ArgumentReader.parse(words.subList(1, words.size())))
              .isInstanceOf(ParsedCommand.Run.class);
        });
  }

  @Test
  void colorsAreUsedOnlyOnTerminals() {
    var tty = new Tty(80, 24, true, true, true);
    assertThat(ConsoleClient.run(vertx, tty, "examples"))
        .satisfies(client -> {
          assertThat(client.code()).isZero();
          assertThat(client.out()).contains("\u001b[1mStart");
        });
    assertThat(runSuccessfully("examples")).doesNotContain("\u001b");
  }
}
