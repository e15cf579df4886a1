package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.bus.satan.SatanReport;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InheritFilter;
import io.jpm.model.InstanceSettings;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.ResourceLimits;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.Triggers;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.SpawnRequest;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/// Rules that need more than one instance, an IPC channel, a clock or a file.
class GodRulesTest extends GodHarness {
  private static AppSpec.Builder app(String name) {
    return spec(name).toBuilder();
  }

  private static AppSpec dependent(String name, String on, StartCondition startCondition) {
    return app(name).dependsOn(Map.of(new AppName(on), startCondition)).build();
  }

  private static AppSpec job(String name) {
    return app(name).restart(RestartPolicy.DEFAULT.with(RestartPolicy.When.NEVER)).build();
  }

  private static AppSpec awaitingReady(String name) {
    return app(name).readiness(new ReadinessPolicy(true, LONG)).build();
  }

  private FakeProcessHost.FakeProcess process(String app) {
    return host.running().stream()
        .filter(p -> view(app).process().filter(p.identity::equals).isPresent())
        .findFirst()
        .orElseThrow();
  }

  private InstanceView view(String app) {
    return list().stream()
        .filter(view -> view.spec().name().value().equals(app))
        .findFirst()
        .orElseThrow();
  }

  private void awaitPhase(String app, Phase phase) {
    Eventually.await(app + " " + phase, LONG, () -> view(app).phase() == phase);
  }

  private void awaitProcess(String app) {
    Eventually.await(app + " has a process", LONG, () -> view(app).process().isPresent());
  }

  private Future<GodReply> startAsync(AppSpec... specs) {
    return vertx
        .eventBus()
        .<GodReply>request(
            Addresses.GOD_COMMAND,
            new GodCommand.StartApps(List.of(specs), ExistingAppPolicy.REFUSE_RUNNING))
        .map(message -> message.body());
  }

  private List<String> startedNames() {
    return host.spawns.stream().map(request -> request.environment().get("name")).toList();
  }

  @Test
  void appStartsOnlyWhenItsDependencyIsReady() {
    Future<GodReply> reply =
        startAsync(dependent("web", "db", StartCondition.READY), awaitingReady("db"));
    awaitProcess("db");
    assertThat(view("web").phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(view("web").reason()).contains("depends on");
    assertThat(startedNames()).containsExactly("db");
    process("db").sendMessage("\"ready\"");
    assertThat(await(reply).problems()).isEmpty();
    assertThat(view("web").phase()).isEqualTo(Phase.ONLINE);
    assertThat(startedNames()).containsExactly("db", "web");
  }

  @Test
  void startOfOneInstanceStartsItsDependencyAndNotItsSiblings() {
    AppSpec web =
        spec("web", 2, RestartPolicy.DEFAULT).toBuilder()
            .dependsOn(Map.of(new AppName("db"), StartCondition.STARTED))
            .build();
    start(spec("db"), web);
    act(Action.STOP, "all");
    int first = view("web").id().value();
    assertThat(act(Action.START, "#" + first).problems()).isEmpty();
    assertThat(host.running()).hasSize(2);
    assertThat(view("db").phase()).isEqualTo(Phase.ONLINE);
    assertThat(list())
        .filteredOn(it -> it.spec().name().value().equals("web"))
        .extracting(InstanceView::phase)
        .containsExactly(Phase.ONLINE, Phase.STOPPED);
  }

  @Test
  void conditionStartedHoldsWhenTheDependencyHasAProcess() {
    Future<GodReply> reply =
        startAsync(dependent("web", "db", StartCondition.STARTED), awaitingReady("db"));
    awaitPhase("web", Phase.ONLINE);
    assertThat(view("db").phase()).isEqualTo(Phase.LAUNCHING);
    process("db").sendMessage("\"ready\"");
    assertThat(await(reply).problems()).isEmpty();
  }

  @Test
  void conditionCompletedHoldsWhenTheDependencyExitedWithCode0() {
    startAsync(dependent("web", "migrate", StartCondition.COMPLETED), job("migrate"));
    awaitPhase("migrate", Phase.ONLINE);
    assertThat(view("web").phase()).isEqualTo(Phase.LAUNCHING);
    process("migrate").exit(new Exit.Code(0));
    awaitPhase("web", Phase.ONLINE);
  }

  @Test
  void failedDependencyMakesItsDependentsErrored() {
    Future<GodReply> reply =
        startAsync(dependent("web", "migrate", StartCondition.COMPLETED), job("migrate"));
    awaitPhase("migrate", Phase.ONLINE);
    process("migrate").exit(new Exit.Code(3));
    assertThat(await(reply).problems()).singleElement().asString().contains("migrate", "exit 3");
    assertThat(view("web").phase()).isEqualTo(Phase.ERRORED);
    assertThat(startedNames()).containsExactly("migrate");
  }

  @Test
  void appWithUnknownOrCircularDependencyIsNotStarted() {
    assertThat(start(dependent("web", "db", StartCondition.READY)).problems())
        .singleElement()
        .asString()
        .contains("web", "db", "does not exist");
    assertThat(
            start(
                    dependent("a", "b", StartCondition.READY),
                    dependent("b", "c", StartCondition.READY),
                    dependent("c", "a", StartCondition.READY))
                .problems())
        .singleElement()
        .asString()
        .contains("a → b → c → a");
    assertThat(list()).isEmpty();
  }

  @Test
  void startAlsoStartsStoppedDependencies() {
    start(spec("db"), dependent("web", "db", StartCondition.READY));
    act(Action.STOP, "all");
    assertThat(act(Action.START, "web").problems()).isEmpty();
    assertThat(view("db").phase()).isEqualTo(Phase.ONLINE);
    assertThat(view("web").phase()).isEqualTo(Phase.ONLINE);
    assertThat(startedNames()).containsExactly("db", "web", "db", "web");
  }

  @Test
  void dependentsStopBeforeTheirDependency() {
    var slowStop = new StopPolicy(Signal.SIGINT, LONG, true);
    start(
        app("db").stop(slowStop).build(),
        dependent("web", "db", StartCondition.READY).toBuilder().stop(slowStop).build(),
        spec("log"));
    var db = process("db");
    var web = process("web");
    host.obeysSignals = false; // web runs until this test ends it
    Future<GodReply> reply = actAsync(Action.STOP, "all");
    Eventually.await("web has received the signal", LONG, () -> !web.signals.isEmpty());
    assertThat(view("web").phase()).isEqualTo(Phase.STOPPING);
    assertThat(view("db").phase()).isEqualTo(Phase.ONLINE);
    assertThat(db.signals).isEmpty();
    host.obeysSignals = true;
    web.exitWithWholeTree();
    assertThat(await(reply).problems()).isEmpty();
    assertThat(list()).extracting(InstanceView::phase).containsOnly(Phase.STOPPED);
    assertThat(db.signals).containsExactly(Signal.SIGINT);
    assertThat(web.signals).containsExactly(Signal.SIGINT);
  }

  /// On a busy machine, finding the members of the tree may take longer than `kill_timeout`.
  @Test
  void killTimeoutBeginsWhenTheSignalIsSent() throws Exception {
    start(spec("web"));
    var process = process("web");
    host.holdsSignals = true;
    Future<GodReply> stop =
        vertx
            .eventBus()
            .<GodReply>request(
                Addresses.GOD_COMMAND, new GodCommand.Act(Action.STOP, List.of("web")))
            .map(message -> message.body());
    Eventually.await("the signal is requested", LONG, () -> !host.pendingSignals.isEmpty());
    await(vertx.timer(5 * spec("web").stop().timeout().toMillis(), TimeUnit.MILLISECONDS));
    assertThat(host.pendingSignals)
        .as("pending signals: no SIGKILL before SIGINT was sent")
        .hasSize(1);
    host.pendingSignals.remove().run();
    GodReply reply = await(stop);
    assertThat(process.signals).containsExactly(Signal.SIGINT);
    assertThat(reply.notes()).isEmpty();
    assertThat(only().reason()).isEqualTo("stopped by command");
  }

  @Test
  void restartOfAllRestartsDependenciesFirst() {
    Future<GodReply> begun =
        startAsync(awaitingReady("db"), dependent("web", "db", StartCondition.READY));
    awaitProcess("db");
    process("db").sendMessage("\"ready\"");
    assertThat(await(begun).problems()).isEmpty();
    Future<GodReply> reply = actAsync(Action.RESTART, "all");
    Eventually.await("db is started again", LONG, () -> startedNames().size() == 3);
    assertThat(startedNames().getLast()).isEqualTo("db");
    assertThat(view("web").restarts()).isZero();
    awaitProcess("db");
    process("db").sendMessage("\"ready\"");
    assertThat(await(reply).problems()).isEmpty();
    assertThat(startedNames().getLast()).isEqualTo("web");
    assertThat(view("web").restarts()).isEqualTo(1);
  }

  @Test
  void appStoppedWhileItsRestartIsPendingStaysStopped() {
    Future<GodReply> begun =
        startAsync(awaitingReady("db"), dependent("web", "db", StartCondition.READY));
    awaitProcess("db");
    process("db").sendMessage("\"ready\"");
    assertThat(await(begun).problems()).isEmpty();
    Future<GodReply> reply = actAsync(Action.RESTART, "all");
    Eventually.await("db is started again", LONG, () -> startedNames().size() == 3);
    act(Action.STOP, "web");
    awaitProcess("db");
    process("db").sendMessage("\"ready\"");
    assertThat(await(reply).problems())
        .singleElement()
        .asString()
        .contains("web")
        .contains("stopped");
    assertThat(view("web").phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void appThatExitsWhileItsRestartIsPendingIsStarted() {
    AppSpec web =
        job("web").toBuilder().dependsOn(Map.of(new AppName("db"), StartCondition.READY)).build();
    Future<GodReply> begun = startAsync(awaitingReady("db"), web);
    awaitProcess("db");
    process("db").sendMessage("\"ready\"");
    assertThat(await(begun).problems()).isEmpty();
    Future<GodReply> reply = actAsync(Action.RESTART, "all");
    Eventually.await("db is started again", LONG, () -> startedNames().size() == 3);
    process("web").exit(new Exit.Code(0));
    awaitPhase("web", Phase.STOPPED);
    awaitProcess("db");
    process("db").sendMessage("\"ready\"");
    assertThat(await(reply).problems()).isEmpty();
    assertThat(view("web").phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void resurrectRefusesAnAppThatWouldCloseADependencyCycle() {
    start(spec("db"), dependent("web", "db", StartCondition.STARTED));
    ask(new GodCommand.Save(false));
    act(Action.DELETE, "db");
    act(Action.DELETE, "web");
    start(spec("web"));
    start(dependent("db", "web", StartCondition.STARTED));
    act(Action.DELETE, "web");
    assertThat(ask(new GodCommand.Resurrect()).problems())
        .singleElement()
        .asString()
        .contains("db → web → db");
    assertThat(only().spec().name().value()).isEqualTo("db");
  }

  private Future<GodReply> actAsync(Action action, String... targets) {
    return vertx
        .eventBus()
        .<GodReply>request(Addresses.GOD_COMMAND, new GodCommand.Act(action, List.of(targets)))
        .map(message -> message.body());
  }

  @Test
  void selectorsAreResolvedInTheOrderOfPm2() {
    start(
        app("web").namespace("shop").build(),
        app("api").namespace("shop").build(),
        app("shop").namespace("other").build());
    assertThat(names("shop")).containsExactly("shop");
    assertThat(names("other")).containsExactly("shop");
    assertThat(names("/^.{3}$/")).containsExactly("web", "api");
    assertThat(names("2")).containsExactly("shop");
    assertThat(names("/bin/thing")).hasSize(3);
    assertThat(problems("/(/")).singleElement().asString().contains("not a regular expression");
    assertThat(problems("/(x+x+)+y/")).singleElement().asString().contains("/(x+x+)+y/");
    assertThat(problems("nobody")).singleElement().asString().contains("nobody", "jpm ls");
  }

  @Test
  void regularExpressionThatBacktracksTooLongIsRejected() {
    start(app("x".repeat(60)).build());
    assertThat(problems("/(x+x+)+y/")).singleElement().asString().contains("too long");
  }

  private List<String> names(String target) {
    return ask(new GodCommand.Show(List.of(target))).instances().stream()
        .map(view -> view.spec().name().value())
        .toList();
  }

  private List<String> problems(String target) {
    return ask(new GodCommand.Show(List.of(target))).problems();
  }

  @Test
  void updateEnvReplacesAllInheritedVariables() {
    var environmentVariables =
        new EnvironmentVariables(
            Map.of("OLD", "1", "BOTH", "shell"),
            Map.of("BOTH", "own"),
            Set.of("SECRET"),
            InheritFilter.NOTHING);
    start(app("web").variables(environmentVariables).build());
    Map<String, String> shell = Map.of("NEW", "2", "BOTH", "again", "SECRET", "x");
    ask(new GodCommand.Act(Action.RESTART, List.of("web"), Optional.of(shell)));
    assertThat(host.spawns.getLast().environment())
        .containsEntry("NEW", "2")
        .containsEntry("BOTH", "own")
        .doesNotContainKeys("OLD", "SECRET");
    act(Action.RESTART, "web");
    assertThat(host.spawns.getLast().environment()).containsEntry("NEW", "2");
  }

  @Test
  void declaredVariablesOverrideTheVariablesThatJpmSets() {
    start(
        app("web")
            .variables(EnvironmentVariables.declared(Map.of("name", "mine", "PORT", "8000")))
            .instances(new InstanceSettings(2, "SLOT", Optional.of("PORT")))
            .build());
    assertThat(host.spawns)
        .extracting(SpawnRequest::environment)
        .allSatisfy(env -> assertThat(env).containsEntry("name", "mine"))
        .extracting(env -> env.get("SLOT") + " " + env.get("PORT"))
        .containsExactlyInAnyOrder("0 8000", "1 8001");
  }

  @Test
  void customActionIsSentAndItsResultIsReturned() {
    start(spec("web"));
    assertThat(trigger("web", "purge").problems())
        .singleElement()
        .asString()
        .contains("does not offer any actions");
    process("web").sendMessage("{\"type\":\"axm:action\",\"data\":{\"action_name\":\"purge\"}}");
    process("web").sendMessage("{\"type\":\"axm:monitor\",\"data\":{\"Users\":{\"value\":3}}}");
    Eventually.await(
        "the app's message has arrived",
        LONG,
        () -> view("web").report().metrics().containsKey("Users"));
    assertThat(view("web").report().metrics()).containsEntry("Users", "3");
    assertThat(view("web").report().actions()).containsExactly("purge");
    Future<GodReply> reply =
        vertx
            .eventBus()
            .<GodReply>request(
                Addresses.GOD_COMMAND,
                new GodCommand.Trigger(List.of("web"), "purge", Optional.of("now")))
            .map(message -> message.body());
    Eventually.await(
        "the message is delivered", LONG, () -> !process("web").receivedMessages.isEmpty());
    assertThat(new JsonObject(process("web").receivedMessages.getFirst()))
        .isEqualTo(new JsonObject().put("msg", "purge").put("opts", "now").put("id", 0));
    process("web")
        .sendMessage(
            "{\"type\":\"axm:reply\",\"data\":{\"action_name\":\"purge\",\"return\":{\"n\":1}}}");
    assertThat(await(reply).actionResults())
        .containsExactly(new GodReply.ActionResult(view("web").id(), "{\"n\":1}"));
  }

  @Test
  void registeredActionsSurviveADaemonRestartUntilTheAppRestarts() {
    start(spec("web"));
    process("web").sendMessage("{\"type\":\"axm:action\",\"data\":{\"action_name\":\"purge\"}}");
    Eventually.await(
        "the action is registered", LONG, () -> view("web").report().actions().contains("purge"));
    restartDaemon();
    assertThat(view("web").report().actions()).containsExactly("purge");
    act(Action.RESTART, "web");
    assertThat(view("web").report().actions()).isEmpty();
  }

  @Test
  void replyHasANoteWhenTheJournalCannotBeWritten() throws IOException {
    start(spec("web"));
    Files.createDirectory(home.resolve("state.json.new"));
    Files.createDirectory(home.resolve("state.json.new").resolve("x"));
    GodReply stopped = act(Action.STOP, "web");
    assertThat(stopped.problems()).isEmpty();
    assertThat(stopped.notes()).singleElement().asString().contains("cannot be recorded yet");
    Files.delete(home.resolve("state.json.new").resolve("x"));
    Files.delete(home.resolve("state.json.new"));
    Eventually.await(
        "the journal is written again", LONG, () -> act(Action.STOP, "web").notes().isEmpty());
  }

  @Test
  void messageIsSentOverTheIpcChannelOfRunningProcesses() {
    start(spec("web"), spec("off"));
    act(Action.STOP, "off");
    GodReply reply = ask(new GodCommand.SendMessage(List.of("all"), "{\"a\":1}"));
    assertThat(reply.problems()).singleElement().asString().contains("off:1", "stopped");
    assertThat(process("web").receivedMessages).containsExactly("{\"a\":1}");
  }

  private GodReply trigger(String app, String action) {
    return ask(new GodCommand.Trigger(List.of(app), action, Optional.empty()));
  }

  @Test
  void otherMessagesArePublishedToSubscribers() {
    List<JsonObject> heard = new CopyOnWriteArrayList<>();
    await(
        vertx
            .eventBus()
            .<JsonObject>consumer(Addresses.messagesOf("web"), m -> heard.add(m.body()))
            .completion());
    start(spec("web"));
    process("web").sendMessage("{\"type\":\"order\",\"data\":{\"id\":7}}");
    Eventually.await("the message is delivered", LONG, () -> !heard.isEmpty());
    assertThat(heard.getFirst().getJsonObject("data").getString("type")).isEqualTo("order");
  }

  @Test
  void shutdownMessageReplacesTheSignal() {
    start(app("web").stop(new StopPolicy(Signal.SIGINT, LONG, true, true, List.of())).build());
    var process = process("web");
    Future<GodReply> reply = actAsync(Action.STOP, "web");
    Eventually.await(
        "the app's message has arrived",
        LONG,
        () -> process.receivedMessages.contains("\"shutdown\""));
    assertThat(process.signals).isEmpty();
    process.exit(new Exit.Code(0));
    assertThat(await(reply).instances().getFirst().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void stopCommandRunsBeforeTheSignal() throws IOException {
    Path drain = Files.writeString(home.resolve("drain"), "");
    assertThat(drain.toFile().setExecutable(true)).isTrue();
    Path file = Files.writeString(home.resolve("some.env"), "TOKEN=f1\n");
    start(
        app("web")
            .variables(
                new EnvironmentVariables(
                    Map.of(),
                    Map.of(),
                    Set.of(),
                    InheritFilter.NOTHING,
                    new ReferencedVariables(List.of(new EnvFile(file, false)), Map.of())))
            .stop(new StopPolicy(Signal.SIGTERM, LONG, true, false, List.of(drain.toString(), "x")))
            .build());
    var web = process("web");
    Future<GodReply> reply = actAsync(Action.STOP, "web");
    Eventually.await("the stop command is spawned", LONG, () -> host.spawns.size() == 2);
    SpawnRequest command = host.spawns.getLast();
    assertThat(command.argv()).containsExactly(drain.toString(), "x");
    assertThat(command.environment())
        .containsEntry("TOKEN", "f1")
        .containsEntry("JPM_PID", Integer.toString(web.identity.pid()));
    assertThat(web.signals).isEmpty();
    host.running().stream()
        .filter(p -> p.tag.equals(command.tag()))
        .forEach(p -> p.exit(new Exit.Code(0)));
    assertThat(await(reply).instances().getFirst().phase()).isEqualTo(Phase.STOPPED);
    assertThat(web.signals).containsExactly(Signal.SIGTERM);
  }

  @Test
  void unrunnableStopCommandIsReportedAndTheSignalIsSent() {
    start(
        app("web")
            .stop(new StopPolicy(Signal.SIGTERM, LONG, true, false, List.of("no-such-drain")))
            .build());
    GodReply reply = act(Action.STOP, "web");
    assertThat(reply.instances().getFirst().phase()).isEqualTo(Phase.STOPPED);
    assertThat(reply.notes()).singleElement().asString().contains("web:0", "no-such-drain", "PATH");
    assertThat(act(Action.STOP, "web").notes()).isEmpty();
  }

  @Test
  void satanReceivesMemoryLimitsAndAnExceededLimitRestarts() {
    List<Map<ProcessIdentity, Long>> told = new CopyOnWriteArrayList<>();
    await(
        vertx
            .eventBus()
            .<SatanCommand>consumer(
                Addresses.SATAN_COMMAND,
                message -> {
                  if (message.body() instanceof SatanCommand.Limits(var bytes)) {
                    told.add(bytes);
                  }
                  message.reply(new SatanReply.Done());
                })
            .completion());
    start(
        app("web")
            .triggers(new Triggers(Optional.empty(), Optional.empty(), OptionalLong.of(300L << 20)))
            .build());
    ProcessIdentity process = only().process().orElseThrow();
    Eventually.await(
        "the app's message has arrived", LONG, () -> told.contains(Map.of(process, 300L << 20)));
    vertx
        .eventBus()
        .publish(
            Addresses.SATAN_REPORTS,
            new SatanReport.MemoryExceeded(process, 312L << 20, 300L << 20));
    awaitOnline(1);
    assertThat(events)
        .anySatisfy(event -> assertThat(event.instance().reason()).contains("312 MB", "300 MB"));
    assertThat(events)
        .anySatisfy(event -> {
          assertThat(event.kind()).isEqualTo(InstanceEvent.Kind.LIMIT);
          assertThat(event.instance().process()).contains(process);
          assertThat(event.instance().reason())
              .isEqualTo("uses 312 MB, more than its max_memory_restart of 300 MB");
        });
    Eventually.await(
        "Satan has the limit of the new process",
        LONG,
        () -> told.getLast().equals(Map.of(only().process().orElseThrow(), 300L << 20)));
  }

  @Test
  void memoryLimitWithoutACgroupIsMonitoredBySatan() {
    List<Map<ProcessIdentity, Long>> told = new CopyOnWriteArrayList<>();
    await(
        vertx
            .eventBus()
            .<SatanCommand>consumer(
                Addresses.SATAN_COMMAND,
                message -> {
                  if (message.body() instanceof SatanCommand.Limits(var bytes)) {
                    told.add(bytes);
                  }
                  message.reply(new SatanReply.Done());
                })
            .completion());
    start(app("web").limits(memory(200)).build());
    ProcessIdentity process = only().process().orElseThrow();
    Eventually.await(
        "the app's message has arrived", LONG, () -> told.contains(Map.of(process, 200L << 20)));
    assertThat(only().unenforced())
        .isEqualTo(
            "limits.memory is not enforced because jpm has no delegated cgroup; see jpm doctor");
    vertx
        .eventBus()
        .publish(
            Addresses.SATAN_REPORTS,
            new SatanReport.MemoryExceeded(process, 312L << 20, 200L << 20));
    awaitOnline(1);
    assertThat(events)
        .anySatisfy(event ->
            assertThat(event.instance().reason())
                .isEqualTo("uses 312 MB, more than its limits.memory of 200 MB"));
  }

  @Test
  void oomKillAndMemoryThrottlingAreReported() {
    var limits =
        new ResourceLimits(
            OptionalLong.of(200 << 20),
            OptionalLong.of(100 << 20),
            OptionalDouble.empty(),
            Map.of());
    start(app("web").limits(limits).build());
    FakeProcessHost.FakeProcess process = host.running().getFirst();
    process.reportMemoryThrottling();
    process.reportOomKill(2);
    awaitLimit("throttled by the kernel for exceeding its limits.memory_high of 100 MB");
    awaitLimit(
        "oom-kill: the kernel killed 2 processes of its tree for exceeding its limits.memory of 200 MB");
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void oomKillWithoutARunningDaemonIsReported() {
    start(app("web").limits(memory(200)).build());
    FakeProcessHost.FakeProcess process = host.running().getFirst();
    host.outOfMemory.add(process.tag);
    host.alive.remove(process.identity);
    restartDaemon();
    awaitLimit(
        "oom-kill: the kernel killed a process of its tree for exceeding its limits.memory of 200 MB");
    awaitOnline(1);
    assertThat(host.running()).doesNotContain(process).hasSize(1);
  }

  private void awaitLimit(String reason) {
    Eventually.await(
        reason,
        LONG,
        () ->
            events.stream()
                .anyMatch(event ->
                    event.kind() == InstanceEvent.Kind.LIMIT
                        && event.instance().reason().equals(reason)));
  }

  private static ResourceLimits memory(long mega) {
    return new ResourceLimits(
        OptionalLong.of(mega << 20), OptionalLong.empty(), OptionalDouble.empty(), Map.of());
  }

  private static Triggers everySecond() {
    return new Triggers(
        Optional.of(new Triggers.Schedule("* * * * * *", ZoneOffset.UTC)),
        Optional.empty(),
        OptionalLong.empty());
  }

  @Test
  void scheduleRestartsRunningAppsAndIgnoresStoppedOnes() {
    start(app("web").triggers(everySecond()).build());
    assertThat(only().nextRun()).isPresent();
    Eventually.await("web is restarted twice", LONG, () -> only().restarts() >= 2);
    act(Action.STOP, "web");
    assertThat(only().nextRun()).isEmpty();
    int spawns = host.spawns.size();
    // Another app on the same schedule shows that the scheduled time has passed.
    start(app("other").triggers(everySecond()).build());
    Eventually.await("the other app is restarted twice", LONG, () -> view("other").restarts() >= 2);
    assertThat(view("web").phase()).isEqualTo(Phase.STOPPED);
    assertThat(startedNames().subList(spawns, host.spawns.size())).containsOnly("other");
  }

  @Test
  void jobRunsAgainOnItsSchedule() {
    start(job("backup").toBuilder().triggers(everySecond()).autostart(false).build());
    Eventually.await("the job runs", LONG, () -> only().phase() == Phase.ONLINE);
    host.running().getFirst().exit(new Exit.Code(0));
    Eventually.await("the job runs again", LONG, () -> host.spawns.size() >= 2);
  }

  @Test
  void changedWatchedFileRestartsEveryInstance() throws IOException {
    Path source = Files.createDirectory(home.resolve("../src-" + home.getFileName()).normalize());
    start(
        app("web")
            .instances(InstanceSettings.of(2))
            .triggers(
                new Triggers(
                    Optional.empty(),
                    Optional.of(new Triggers.Watch(List.of(source), List.of(), Duration.ZERO)),
                    OptionalLong.empty()))
            .build());
    Eventually.await(
        "all instances are restarted",
        LONG,
        () -> {
          write(source.resolve("app.js"), Long.toString(System.nanoTime()));
          return list().stream().allMatch(view -> view.restarts() >= 1);
        });
    assertThat(events)
        .anySatisfy(event -> assertThat(event.instance().reason()).contains("app.js"));
    Files.delete(source.resolve("app.js"));
    Files.delete(source);
  }

  private static void write(Path file, String text) {
    try {
      Files.writeString(file, text);
    } catch (IOException error) {
      throw new UncheckedIOException(error);
    }
  }

  @Test
  void waitForReadinessContinuesAfterADaemonRestart() {
    startAsync(awaitingReady("web"));
    awaitProcess("web");
    restartDaemon();
    assertThat(only().phase()).isEqualTo(Phase.LAUNCHING);
    process("web").sendMessage("\"ready\"");
    awaitPhase("web", Phase.ONLINE);
  }

  @Test
  void scheduledRestartDuringAdoptionMakesNoDuplicate() {
    start(app("web").triggers(everySecond()).build());
    host.beforeAdoption =
        () -> {
          Instant begun = Instant.now();
          Eventually.await(
              "the scheduled time has passed",
              LONG,
              () -> Instant.now().isAfter(begun.plusMillis(1500)));
        };
    restartDaemon();
    int restarts = only().restarts();
    Eventually.await("all instances are restarted", LONG, () -> only().restarts() > restarts);
    assertThat(host.duplicates).isEmpty();
  }

  @Test
  void adoptedProcessWithALostIpcChannelCountsAsReady() {
    startAsync(awaitingReady("web"));
    awaitProcess("web");
    host.hasChannel = false;
    restartDaemon();
    awaitPhase("web", Phase.ONLINE);
  }

  @Test
  void waitForDependenciesContinuesAfterADaemonRestart() {
    startAsync(awaitingReady("db"), dependent("web", "db", StartCondition.READY));
    awaitProcess("db");
    restartDaemon();
    assertThat(view("web").phase()).isEqualTo(Phase.LAUNCHING);
    process("db").sendMessage("\"ready\"");
    awaitPhase("web", Phase.ONLINE);
    assertThat(startedNames()).containsExactly("db", "web");
  }
}
