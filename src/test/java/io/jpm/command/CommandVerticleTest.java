package io.jpm.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import io.jpm.bus.Addresses;
import io.jpm.bus.BusCodec;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.config.settings.AppDefaults;
import io.jpm.console.Instances;
import io.jpm.model.AppName;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.model.process.InstanceId;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.BridgeSchema;
import io.jpm.wire.CommandReply;
import io.jpm.wire.CommandReply.Code;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandVerb;
import io.jpm.wire.EventMessage;
import io.jpm.wire.RequestCaller;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandVerticleTest {
  private static final Duration LIMIT = Duration.ofSeconds(20);
  private static final List<InstanceView> ALL =
      List.of(
          Instances.online(0, Instances.spec("web", 2), 0),
          Instances.online(1, Instances.spec("web", 2), 1),
          Instances.online(2, "api"));

  private final Vertx vertx = Vertx.vertx();
  private final List<GodCommand> commands = new CopyOnWriteArrayList<>();
  private final List<AuditRecord> audited = new CopyOnWriteArrayList<>();
  private final List<EventMessage> past = new ArrayList<>();
  private volatile List<String> problems = List.of();
  private volatile List<InstanceView> shown = ALL;
  private volatile boolean mute;
  private volatile boolean withholdsList;
  private volatile boolean broken;

  @TempDir Path directory;

  @BeforeEach
  void startDaemonDoubles() throws Exception {
    BusCodec.install(vertx);
    vertx.eventBus().<GodCommand>consumer(Addresses.GOD_COMMAND, this::god);
    vertx.eventBus().<HistoryCommand>consumer(Addresses.HISTORY_COMMAND, this::history);
    vertx.eventBus().<LogsCommand>consumer(Addresses.LOGS_COMMAND, CommandVerticleTest::logs);
    vertx.eventBus().<AuditRecord>consumer(Addresses.AUDIT, message -> audited.add(message.body()));
    deploy(Duration.ofSeconds(25));
  }

  private void deploy(Duration timeout) throws Exception {
    var context =
        new CommandContext(
            "1.2.3",
            4711,
            Path.of("/home/me/.jpm"),
            Instances.NOW,
            InstantSource.fixed(Instances.NOW),
            this::defaults,
            Map.of("PATH", "/usr/bin:/bin"),
            timeout);
    vertx
        .deployVerticle(new CommandVerticle(context))
        .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  private AppDefaults defaults() {
    if (broken) {
      throw new IllegalStateException("fake defect");
    }
    return AppDefaults.PM2;
  }

  @AfterEach
  void end() throws Exception {
    vertx.close().await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
  }

  private void god(Message<GodCommand> message) {
    if (message.body() instanceof GodCommand.Show) {
      if (withholdsList) {
        return;
      }
      message.reply(new GodReply(shown, List.of()));
      return;
    }
    commands.add(message.body());
    if (mute) {
      return;
    }
    message.reply(
        switch (message.body()) {
          case GodCommand.Trigger _ ->
              new GodReply(
                  ALL,
                  problems,
                  List.of(new GodReply.ActionResult(new InstanceId(1), "{\"freed\":12}")));
          case GodCommand.Apply _ ->
              GodReply.ofChanges(
                  List.of(),
                  problems,
                  List.of(
                      new AppChange(
                          new AppName("web"),
                          AppChange.Kind.RESTART,
                          List.of(new AppChange.Field("env.PASSWORD", "hunter2", "hunter3")),
                          false,
                          Optional.empty())));
          default -> new GodReply(ALL.subList(0, 1), problems, List.of(), List.of("a note"));
        });
  }

  private void history(Message<HistoryCommand> message) {
    List<EventMessage> of =
        switch (message.body()) {
          case HistoryCommand.After(long after, var app, int limit) ->
              past.stream().filter(e -> e.seq() > after && isEventOf(e, app)).limit(limit).toList();
          case HistoryCommand.Latest(var app, int limit) -> {
            List<EventMessage> all = past.stream().filter(e -> isEventOf(e, app)).toList();
            yield all.subList(Math.max(0, all.size() - limit), all.size());
          }
        };
    message.reply(new HistoryReply(of, 0, past.isEmpty() ? 0 : past.getLast().seq()));
  }

  private static boolean isEventOf(EventMessage event, Optional<String> app) {
    return app.filter(name -> !name.equals(event.app())).isEmpty();
  }

  /// Each log has one line, its own name, on a separate page.
  private static void logs(Message<LogsCommand> message) {
    message.reply(
        switch (message.body()) {
          case LogsCommand.Seek seek ->
              new LogsReply.Lines(
                  List.of(),
                  new LogsReply.Searches(
                      seek.searches().stream()
                          .map(search -> {
                            var from = LogPosition.startOf(search.log());
                            var to = new LogPosition(search.log(), from.part(), 9);
                            return search.finished(new Span(from, to));
                          })
                          .toList()));
          case LogsCommand.Read read -> {
            var fresh = read.spans().stream().filter(s -> !s.from().equals(s.to())).findFirst();
            Path log = fresh.orElseThrow().from().log();
            yield new LogsReply.Lines(
                List.of(
                    new LogsReply.Line(
                        log,
                        Instances.NOW,
                        log.getFileName().toString(),
                        LogPosition.startOf(log))),
                new LogsReply.Positions(
                    read.spans().stream()
                        .map(s -> s.from().log().equals(log) ? s.to() : s.from())
                        .toList(),
                    true));
          }
          default -> throw new AssertionError(message.body());
        });
  }

  private CommandReply ask(Principal who, JsonObject request) throws Exception {
    return ask(
        new DeliveryOptions()
            .addHeader(RequestCaller.HEADER, new RequestCaller(who, "unix").toHeader()),
        request);
  }

  private CommandReply ask(DeliveryOptions options, JsonObject request) throws Exception {
    JsonObject body =
        vertx
            .eventBus()
            .<JsonObject>request(Addresses.COMMAND, request, options)
            .await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS)
            .body();
    assertThat(BridgeSchema.accepts("reply", body)).as(body.encode()).isTrue();
    CommandReply reply = CommandReply.fromJson(new JsonObject(body.encode()));
    assertThat(reply.toJson().encode()).isEqualTo(body.encode());
    return reply;
  }

  private CommandReply ask(CommandRequest request) throws Exception {
    return ask(Principal.OWNER, request.toJson());
  }

  private static Principal token(Role role, String... apps) {
    return new Principal("deployer", role, Set.of(apps));
  }

  private static Code codeOf(CommandReply reply) {
    return reply instanceof CommandReply.Failed failed ? failed.code() : fail(reply.toString());
  }

  private void awaitAudit(String verb, String result) {
    Eventually.await(
        "the audit of " + verb,
        LIMIT,
        () ->
            audited.stream().anyMatch(a -> a.verb().equals(verb) && a.result().startsWith(result)),
        () -> audited);
  }

  @Test
  void examplesInTheBridgeDocumentAreExecuted() throws Exception {
    Set<String> verbs = new HashSet<>();
    for (String line : Files.readAllLines(Path.of("docs/bridge.md"))) {
      if (line.startsWith("→ {\"v\":1,\"verb\"")) {
        var request =
            new JsonObject(
                line.substring(2)
                    .replace("/srv/web", directory.toString())
                    .replace("./server.js", "sleep 9"));
        assertThat(BridgeSchema.accepts("request", request)).as(line).isTrue();
        assertThat(ask(Principal.OWNER, request))
            .as(line)
            .isNotInstanceOf(CommandReply.Failed.class);
        verbs.add(request.getString("verb"));
      } else if (line.startsWith("← {\"v\":1,\"ok\"")) {
        var reply = new JsonObject(line.substring(2));
        assertThat(BridgeSchema.accepts("reply", reply)).as(line).isTrue();
        assertThat(CommandReply.fromJson(reply).toJson()).isEqualTo(reply);
      }
    }
    assertThat(verbs)
        .containsExactlyInAnyOrderElementsOf(
            List.of(CommandVerb.values()).stream().map(CommandVerb::keyword).toList());
  }

  @Test
  void bridgeDocumentListsEveryVerbAndEveryCode() throws IOException {
    String page = Files.readString(Path.of("docs/bridge.md"));
    for (CommandVerb verb : CommandVerb.values()) {
      assertThat(page)
          .containsPattern("\\n\\| [^|]*`" + verb.keyword() + "`[^|]*\\| (read|operate|admin) ");
    }
    for (Code code : Code.values()) {
      assertThat(page).contains("\n| `" + code.keyword() + "` |");
    }
  }

  @Test
  void tokenWithTooManyPendingReadRequestsIsBusy() throws Exception {
    withholdsList = true;
    var options =
        new DeliveryOptions()
            .addHeader(
                RequestCaller.HEADER, new RequestCaller(token(Role.READ), "unix").toHeader());
    JsonObject list = new CommandRequest.ListInstances(List.of()).toJson();
    for (int i = 0; i < ReadQueue.MOST_PENDING; i++) {
      vertx.eventBus().request(Addresses.COMMAND, list, options);
    }
    assertThat(ask(token(Role.READ), list))
        .isInstanceOfSatisfying(
            CommandReply.Failed.class,
            failed -> {
              assertThat(failed.code()).isEqualTo(Code.BUSY);
              assertThat(failed.problems())
                  .containsExactly(
                      "16 read requests from deployer are already pending: try again in a second");
            });
    withholdsList = false;
    assertThat(ask(Principal.OWNER, list)).isInstanceOf(CommandReply.Instances.class);
  }

  @Test
  void requestWithoutAValidCallerHeaderIsDenied() throws Exception {
    JsonObject request =
        new CommandRequest.Act(CommandRequest.Action.STOP, List.of("web")).toJson();
    for (String header : List.of("", "{}", "owner", "{\"role\":\"admin\"}", "[]", "null")) {
      var options = new DeliveryOptions();
      if (!header.isEmpty()) {
        options.addHeader(RequestCaller.HEADER, header);
      }
      assertThat(codeOf(ask(options, request))).as(header).isEqualTo(Code.DENIED);
    }
    assertThat(commands).isEmpty();
    awaitAudit("stop", "denied");
    assertThat(audited.getFirst().who().name()).isEqualTo("?");
  }

  @Test
  void internalErrorIsReportedWithoutAClassName() throws Exception {
    broken = true;
    var start =
        new JsonObject()
            .put("v", 1)
            .put("verb", "start")
            .put("apps", new JsonArray().add(new JsonObject().put("script", "sleep 9")))
            .put("cwd", "/");
    assertThat(ask(Principal.OWNER, start))
        .isEqualTo(
            new CommandReply.Failed(
                Code.FAILED, "internal error: fake defect; see the daemon's log"));
  }

  @Test
  void scopedTokenActsOnlyOnItsOwnApps() throws Exception {
    Principal who = token(Role.OPERATE, "web");
    var all = new CommandRequest.Act(CommandRequest.Action.RESTART, List.of("all")).toJson();
    assertThat(ask(who, all)).isInstanceOf(CommandReply.Instances.class);
    assertThat(commands)
        .containsExactly(new GodCommand.Act(GodCommand.Action.RESTART, List.of("web")));
    var other = new CommandRequest.Act(CommandRequest.Action.RESTART, List.of("2")).toJson();
    assertThat(codeOf(ask(who, other))).isEqualTo(Code.NOT_FOUND);
    var delete = new CommandRequest.Act(CommandRequest.Action.DELETE, List.of("web")).toJson();
    assertThat(codeOf(ask(who, delete))).isEqualTo(Code.DENIED);
    assertThat(commands).hasSize(1);
    awaitAudit("restart", "done");
    awaitAudit("restart", "not_found");
    awaitAudit("delete", "denied");
    assertThat(audited.getFirst().apps()).containsExactly("web");
  }

  @Test
  void scopedTokenReceivesOnlyEventsOfItsOwnApps() throws Exception {
    for (int seq = 1; seq <= 9; seq++) {
      String app = List.of("web", "api", "db").get(seq % 3);
      past.add(
          new EventMessage(
              seq, "online", app, 0, 7, "online", 0, "", 5, OptionalInt.empty(), Optional.empty()));
    }
    var latest = new CommandRequest.ListEvents(OptionalLong.empty(), 3, Optional.empty()).toJson();
    var after = new CommandRequest.ListEvents(OptionalLong.of(2), 3, Optional.empty()).toJson();
    Principal who = token(Role.READ, "web", "db");
    assertThat(sequenceNumbers(ask(who, latest))).containsExactly(6L, 8L, 9L);
    assertThat(sequenceNumbers(ask(who, after))).containsExactly(3L, 5L, 6L);
    assertThat(sequenceNumbers(ask(Principal.OWNER, after))).containsExactly(3L, 4L, 5L);
    assertThat(audited).isEmpty();
  }

  private static List<Long> sequenceNumbers(CommandReply reply) {
    return reply instanceof CommandReply.Events events
        ? events.events().stream().map(EventMessage::seq).toList()
        : fail(reply.toString());
  }

  @Test
  void logLinesCarryIdAndStreamOfTheirInstance() throws Exception {
    var request = new CommandRequest.Logs(List.of("web"), 5, Optional.empty());
    assertThat(ask(request))
        .isInstanceOfSatisfying(
            CommandReply.Lines.class,
            lines ->
                assertThat(lines.lines())
                    .extracting(line -> line.id().orElse(-1) + line.stream() + line.text())
                    .containsExactlyInAnyOrder(
                        "0outweb-0-out.log",
                        "0errweb-0-error.log",
                        "1outweb-1-out.log",
                        "1errweb-1-error.log"));
  }

  @Test
  void secretsAreMasked() throws Exception {
    JsonObject described = ask(new CommandRequest.Describe(List.of("api"))).toJson();
    assertThat(described.encode()).contains("\"PASSWORD\":\"******\"").doesNotContain("hunter2");
    JsonObject changes = ask(new CommandRequest.Apply(Requests.SHOP, false, true)).toJson();
    assertThat(changes.encode()).contains("env.PASSWORD").doesNotContain("hunter");
  }

  @Test
  void describeReportsPortsAndProbes() throws Exception {
    var cluster =
        Instances.withProbesAndLimits("web").toBuilder().cluster(ClusterSettings.auto()).build();
    shown = List.of(Instances.online(0, cluster, 0), Instances.online(1, "api"));
    vertx
        .eventBus()
        .<SatanCommand>consumer(
            Addresses.SATAN_COMMAND,
            asked ->
                asked.reply(
                    new SatanReply.Health(
                        Map.of(
                            shown.getFirst().process().orElseThrow(), Instances.healthReport()))));
    vertx
        .eventBus()
        .<BalancerCommand>consumer(
            Addresses.BALANCER_COMMAND,
            asked ->
                asked.reply(
                    new BalancerReply.Status(
                        BalancingMode.PROXY,
                        "",
                        "",
                        List.of("8000", "127.0.0.1:8001", "[::1]:8001", "/run/web:80", "*:8002"),
                        OptionalInt.of(41_233),
                        Map.of())));
    JsonObject reply = ask(new CommandRequest.Describe(List.of("all"))).toJson();
    JsonObject web = reply.getJsonArray("instances").getJsonObject(0);
    assertThat(web.getJsonArray("ports")).containsExactly(8000, 8001, 8002, 41_233);
    assertThat(web.getJsonArray("checks")).hasSize(3);
    assertThat(web.getJsonArray("checks").getJsonObject(0))
        .isEqualTo(
            new JsonObject()
                .put("name", "startup")
                .put("state", "passing")
                .put("since", Instances.NOW.minusSeconds(110).toEpochMilli())
                .put("detail", null));
    assertThat(web.getJsonArray("checks").getJsonObject(2).getString("state")).isEqualTo("failing");
    assertThat(web.getJsonArray("checks").getJsonObject(2).getString("detail")).isNotBlank();
    assertThat(BridgeSchema.accepts("reply", reply)).isTrue();
    JsonObject api = reply.getJsonArray("instances").getJsonObject(1);
    assertThat(api.getJsonArray("ports")).isEmpty();
    assertThat(api.getJsonArray("checks")).isEmpty();
    assertThat(ask(new CommandRequest.ListInstances(List.of())).toJson().encode())
        .doesNotContain("checks", "ports");
  }

  @Test
  void failureOfGodIsReportedWithTheInstancesActedOn() throws Exception {
    problems = List.of("web:0 is stopped");
    assertThat(ask(new CommandRequest.WriteInput("0", "hello")))
        .isInstanceOfSatisfying(
            CommandReply.Failed.class,
            failed -> {
              assertThat(failed.code()).isEqualTo(Code.FAILED);
              assertThat(failed.problems()).containsExactly("web:0 is stopped");
              assertThat(failed.instances()).hasSize(1);
            });
    assertThat(commands).containsExactly(new GodCommand.WriteInput("#0", "hello\n"));
    awaitAudit("type", "failed: web:0 is stopped");
  }

  @Test
  void problemsInAppsAreReportedWithTheirLocation() throws Exception {
    var request =
        new JsonObject(
            "{\"v\":1,\"verb\":\"start\",\"app\":{\"script\":\"sleep 1\",\"nam\":\"x\"},\"cwd\":\"/\"}");
    assertThat(ask(Principal.OWNER, request))
        .isInstanceOfSatisfying(
            CommandReply.Failed.class,
            failed -> {
              assertThat(failed.code()).isEqualTo(Code.INVALID);
              assertThat(failed.problems()).hasSize(1);
              assertThat(failed.problems().getFirst()).contains("apps[0]").contains("\"name\"");
            });
    assertThat(commands).isEmpty();
  }

  @Test
  void deniedStartReadsNoFiles() throws Exception {
    var request =
        new CommandRequest.StartApps(
            new CommandRequest.AppDescriptions(
                "[{\"script\":\"/nowhere/at/all\",\"env_file\":\"/nowhere\"}]",
                directory,
                Optional.empty(),
                Optional.empty()));
    assertThat(codeOf(ask(token(Role.OPERATE), request.toJson()))).isEqualTo(Code.DENIED);
    assertThat(
            codeOf(
                ask(
                    token(Role.ADMIN, "web"),
                    new CommandRequest.StartApps(Requests.SHOP).toJson())))
        .isEqualTo(Code.DENIED);
    assertThat(commands).isEmpty();
  }

  @Test
  void slowCommandIsAnsweredWithTimeout() throws Exception {
    mute = true;
    for (String id : Set.copyOf(vertx.deploymentIDs())) {
      vertx.undeploy(id).await(TestDeadline.scaledSeconds(20), TimeUnit.SECONDS);
    }
    deploy(Duration.ofMillis(50));
    var reply = ask(new CommandRequest.Reload(List.of("web"), 1, false));
    assertThat(codeOf(reply)).isEqualTo(Code.TIMEOUT);
    assertThat(commands).hasSize(1);
  }

  @Test
  void commandsOnOneTargetRejectSelectorsOfSeveral() throws Exception {
    assertThat(codeOf(ask(new CommandRequest.WriteInput("web", "x")))).isEqualTo(Code.INVALID);
    assertThat(codeOf(ask(new CommandRequest.Scale("all", false, 2)))).isEqualTo(Code.INVALID);
    assertThat(commands).isEmpty();
    ask(new CommandRequest.Scale("1", true, 1));
    assertThat(commands)
        .containsExactly(new GodCommand.Scale("web", GodCommand.Scale.Step.BY, 1, true));
  }

  @Test
  void idempotencyKeyDependsOnKeyAndRequest() throws Exception {
    for (int by : List.of(1, 1, 5)) {
      ask(
          Principal.OWNER,
          new CommandRequest.Scale("1", true, by).toJson().put("key", "deploy-42"));
    }
    List<String> keys =
        commands.stream().map(order -> ((GodCommand.Idempotent) order).key()).toList();
    assertThat(keys).hasSize(3);
    assertThat(keys.get(1)).isEqualTo(keys.get(0));
    assertThat(keys.get(2)).isNotEqualTo(keys.get(0));
  }
}
