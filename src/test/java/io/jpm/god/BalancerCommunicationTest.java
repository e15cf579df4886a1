package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReport;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.Scale.Step;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.InheritFilter;
import io.jpm.model.InstanceSettings;
import io.jpm.model.PerInstanceTexts;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.model.process.WorkerId;
import io.jpm.os.SpawnRequest;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The messages between God and ClusterBalancer, and the scaling of an app.
class BalancerCommunicationTest extends GodHarness {
  private static final Prepared SHARED =
      new Prepared(
          List.of("/bin/sh", "-c", "exec"),
          List.of("--require", "/p.js"),
          Map.of("A", "2", "NODE_UNIQUE_ID", "7"),
          List.of("app 0"),
          false,
          "port 4711");

  private Future<GodReply> startAsync(AppSpec spec) {
    return vertx
        .eventBus()
        .<GodReply>request(
            Addresses.GOD_COMMAND,
            new GodCommand.StartApps(List.of(spec), GodCommand.ExistingAppPolicy.REFUSE_RUNNING))
        .map(Message::body);
  }

  private void awaitCommands(Class<? extends BalancerCommand> kind, int times) {
    Eventually.await(
        kind.getSimpleName() + " " + times,
        LONG,
        () -> balancer.commandsOf(kind).size() == times,
        () -> balancer.commands.toString());
  }

  @Test
  void portInInstanceTemplatesIsThePortOfTheInstance() {
    balancer.prepareReply =
        prepare ->
            new BalancerReply.Prepared(
                List.of(),
                List.of("--own-option"),
                Map.of("PORT", Integer.toString(9000 + prepare.number())),
                List.of(),
                true,
                "");
    var appCommand =
        new AppCommand(
            Path.of("/bin/thing"), Optional.empty(), List.of(), List.of("--port", "8000", "8000"));
    start(
        AppSpec.builder(new AppName("web"), appCommand, Path.of("/"))
            .variables(
                EnvironmentVariables.declared(Map.of("PORT", "8000", "URL", "http://h:8000")))
            .instances(InstanceSettings.of(2))
            .cluster(ClusterSettings.auto())
            .texts(
                new PerInstanceTexts(
                    Set.of("PORT"),
                    List.of("${PORT}", "8000"),
                    List.of(),
                    Map.of("URL", "http://h:${PORT}")))
            .build());
    assertThat(host.spawns)
        .extracting(SpawnRequest::argv)
        .containsExactlyInAnyOrder(
            List.of("/bin/thing", "--own-option", "--port", "9000", "8000"),
            List.of("/bin/thing", "--own-option", "--port", "9001", "8000"));
    assertThat(host.spawns)
        .extracting(request -> request.environment().get("URL"))
        .containsExactlyInAnyOrder("http://h:9000", "http://h:9001");
  }

  @Test
  void clusterModeProcessIsSpawnedAsTheBalancerPrepared() {
    balancer.prepareReply = _ -> SHARED;
    assertThat(start(cluster("web", 1)).problems()).isEmpty();
    var request = host.spawns.getFirst();
    assertThat(request.program()).hasToString("/bin/sh");
    assertThat(request.argv())
        .containsExactly("/bin/sh", "-c", "exec", "/bin/thing", "--require", "/p.js", "x");
    assertThat(request.environment()).containsEntry("A", "2").containsEntry("NODE_UNIQUE_ID", "7");
    assertThat(request.sockets()).containsExactly("app 0");
    assertThat(request.ipcChannel()).isFalse();
    awaitCommands(BalancerCommand.ProcessStarted.class, 1);
    var prepare = balancer.commandsOf(BalancerCommand.Prepare.class).getFirst();
    var began = balancer.commandsOf(BalancerCommand.ProcessStarted.class).getFirst();
    assertThat(prepare.worker().generation()).isEqualTo(1);
    assertThat(request.tag())
        .matches(".*:0-%d-[0-9a-f]{32}:1".formatted(prepare.worker().incarnation()));
    assertThat(began.worker()).isEqualTo(prepare.worker());
    assertThat(began.balancerState()).isEqualTo("port 4711");
    assertThat(began.process()).isEqualTo(only().process().orElseThrow());
  }

  @Test
  void balancerReceivesThePortOfAnEnvFileAlsoAfterADaemonRestart() throws IOException {
    Path file = Files.writeString(home.resolve("some.env"), "PORT=8123\nTOKEN=secret\n");
    balancer.prepareReply = _ -> SHARED;
    AppSpec spec =
        cluster("web", 1).toBuilder()
            .variables(
                new EnvironmentVariables(
                    Map.of(),
                    Map.of("B", "1"),
                    Set.of(),
                    InheritFilter.NOTHING,
                    new ReferencedVariables(List.of(new EnvFile(file, false)), Map.of())))
            .build();
    assertThat(start(spec).problems()).isEmpty();
    awaitCommands(BalancerCommand.ProcessStarted.class, 1);
    Map<String, String> told = Map.of("PORT", "8123", "B", "1");
    assertThat(
            balancer
                .commandsOf(BalancerCommand.Prepare.class)
                .getFirst()
                .spec()
                .variables()
                .declared())
        .as("only the variables that the balancer needs")
        .isEqualTo(told);
    restartDaemon();
    awaitCommands(BalancerCommand.ProcessStarted.class, 2);
    assertThat(balancer.commandsOf(BalancerCommand.ProcessStarted.class))
        .allSatisfy(it -> assertThat(it.spec().variables().declared()).isEqualTo(told));
    assertThat(Files.readString(home.resolve("state.json")))
        .doesNotContain("\"8123\"", ":8123", "PORT");
    assertThat(only().spec()).isEqualTo(spec);
  }

  /// The user of a process can change the environment that `/proc` shows for it, so the port comes
  /// from the journal.
  @Test
  void nextDaemonReadsThePortOfTheBalancerFromTheJournal() throws IOException {
    Path drain = Files.writeString(home.resolve("drain"), "");
    assertThat(drain.toFile().setExecutable(true)).isTrue();
    balancer.prepareReply =
        _ ->
            new Prepared(
                List.of(), List.of(), Map.of("PORT", "4712"), List.of(), false, "port 4711");
    AppSpec spec =
        cluster("web", 1).toBuilder()
            .stop(
                new StopPolicy(
                    Signal.SIGTERM, Duration.ofMinutes(1), true, false, List.of(drain.toString())))
            .build();
    assertThat(start(spec).problems()).isEmpty();
    restartDaemon();
    host.variables.put("PORT", "22");
    vertx.eventBus().send(Addresses.GOD_COMMAND, new GodCommand.Act(Action.STOP, List.of("web")));
    Eventually.await("stop command is spawned", LONG, () -> host.spawns.size() == 2);
    assertThat(host.spawns.getLast().environment()).containsEntry("PORT", "4712");
  }

  @Test
  void forkModeProcessIsReportedToTheBalancerForSocketHandover() {
    start(spec("web"));
    host.running().getFirst().exit(new Exit.Code(1));
    awaitOnline(1);
    act(Action.DELETE, "web");
    awaitCommands(BalancerCommand.Released.class, 2);
    assertThat(balancer.commands.stream().map(it -> it.getClass().getSimpleName()))
        .containsExactly(
            "Prepare",
            "ProcessStarted",
            "Ready",
            "ProcessEnded",
            "Released",
            "Prepare",
            "ProcessStarted",
            "Ready",
            "ProcessEnded",
            "Released");
    assertThat(host.spawns.getFirst().ipcChannel()).isTrue();
  }

  @Test
  void refusalOfTheBalancerIsTheReasonOfAnErroredInstance() {
    balancer.prepareReply = _ -> new BalancerReply.Refused("port 80: not permitted");
    assertThat(start(cluster("web", 1)).problems())
        .containsExactly("web (id 0): port 80: not permitted");
    assertThat(host.spawns).isEmpty();
    awaitCommands(BalancerCommand.Released.class, 1);
    assertThat(balancer.commandsOf(BalancerCommand.ProcessEnded.class)).isEmpty();
  }

  @Test
  void clusterModeStartFailsWithAMessageWithoutABalancer() {
    balancer.unregister();
    assertThat(start(cluster("web", 1)).problems())
        .singleElement()
        .asString()
        .contains("web (id 0)", "(ClusterBalancer) is not responding");
  }

  @Test
  void eachExitIsReportedAndAStopReleasesTheWorkerSlot() {
    start(cluster("web", 1));
    host.running().getFirst().exit(new Exit.Code(1));
    awaitOnline(1);
    awaitCommands(BalancerCommand.ProcessEnded.class, 1);
    assertThat(balancer.commandsOf(BalancerCommand.Released.class)).isEmpty();
    act(Action.STOP, "web");
    awaitCommands(BalancerCommand.Released.class, 1);
    assertThat(balancer.commandsOf(BalancerCommand.ProcessEnded.class)).hasSize(2);
    WorkerId last = balancer.commandsOf(BalancerCommand.Prepare.class).getLast().worker();
    assertThat(balancer.commands.getLast()).isEqualTo(new BalancerCommand.Released(last));
    assertThat(last.generation()).isEqualTo(2);
    act(Action.DELETE, "web");
    assertThat(balancer.commandsOf(BalancerCommand.Released.class)).hasSize(1);
  }

  @Test
  void nodeMessagesAreForwardedToTheBalancer() {
    start(cluster("web", 1));
    host.running().getFirst().sendNodeMessage("{\"cmd\":\"NODE_CLUSTER\"}");
    awaitCommands(BalancerCommand.NodeMessageReceived.class, 1);
    var heard = balancer.commandsOf(BalancerCommand.NodeMessageReceived.class).getFirst();
    assertThat(heard.json()).isEqualTo("{\"cmd\":\"NODE_CLUSTER\"}");
    assertThat(heard.worker())
        .isEqualTo(balancer.commandsOf(BalancerCommand.ProcessStarted.class).getFirst().worker());
  }

  @Test
  void nextDaemonReportsAdoptedProcessesWithTheirBalancerState() throws Exception {
    balancer.prepareReply = _ -> SHARED;
    start(cluster("web", 1));
    awaitCommands(BalancerCommand.ProcessStarted.class, 1);
    var before = balancer.commandsOf(BalancerCommand.ProcessStarted.class).getFirst();
    assertThat(Files.readString(home.resolve("state.json"))).contains("port 4711");
    restartDaemon();
    awaitCommands(BalancerCommand.ProcessStarted.class, 2);
    assertThat(before.ready()).isFalse();
    assertThat(balancer.commandsOf(BalancerCommand.ProcessStarted.class).getLast())
        .isEqualTo(
            new BalancerCommand.ProcessStarted(
                before.worker(),
                before.number(),
                before.process(),
                before.spec(),
                before.balancerState(),
                true));
    assertThat(balancer.commandsOf(BalancerCommand.Prepare.class)).hasSize(1);
  }

  @Test
  void readyProcessIsReportedToTheBalancer() {
    var readinessPolicy = new ReadinessPolicy(true, Duration.ofMinutes(1));
    var starting = startAsync(cluster("web", 1).toBuilder().readiness(readinessPolicy).build());
    awaitCommands(BalancerCommand.ProcessStarted.class, 1);
    host.running().getFirst().sendMessage("\"ready\"");
    await(starting);
    WorkerId worker = balancer.commandsOf(BalancerCommand.ProcessStarted.class).getFirst().worker();
    assertThat(balancer.commands)
        .containsSubsequence(
            balancer.commandsOf(BalancerCommand.ProcessStarted.class).getFirst(),
            new BalancerCommand.Ready(worker));
  }

  @Test
  void adoptedProcessThatIsNotReadyIsReportedAsNotReady() {
    var readinessPolicy = new ReadinessPolicy(true, Duration.ofMinutes(1));
    var starting = startAsync(cluster("web", 1).toBuilder().readiness(readinessPolicy).build());
    awaitCommands(BalancerCommand.ProcessStarted.class, 1);
    restartDaemon();
    awaitCommands(BalancerCommand.ProcessStarted.class, 2);
    assertThat(balancer.commandsOf(BalancerCommand.ProcessStarted.class))
        .noneMatch(BalancerCommand.ProcessStarted::ready);
    assertThat(balancer.commandsOf(BalancerCommand.Ready.class)).isEmpty();
    assertThat(starting.succeeded()).isFalse();
    host.running().getFirst().sendMessage("\"ready\"");
    awaitCommands(BalancerCommand.Ready.class, 1);
  }

  @Test
  void changedBalancingModeRestartsAllProcesses() {
    start(cluster("web", 2), spec("api"));
    balancer.publish(new BalancerReport.Rebalanced(new AppName("web"), "no server socket: proxy"));
    Eventually.await("both web processes are replaced", LONG, () -> host.spawns.size() == 5);
    Eventually.await(
        "all instances are online",
        LONG,
        () -> list().stream().allMatch(i -> i.phase() == Phase.ONLINE));
    assertThat(list().stream().map(InstanceView::restarts)).containsExactly(1, 1, 0);
    assertThat(list().getFirst().reason()).isEqualTo("no server socket: proxy");
  }

  private GodReply scale(Step how, int number) {
    return ask(new GodCommand.Scale("web", how, number));
  }

  private List<Integer> numbers() {
    return list().stream().map(InstanceView::number).toList();
  }

  @Test
  void scaleAddsAndRemovesInstances() {
    start(cluster("web", 2));
    assertThat(scale(Step.BY, 2).problems()).isEmpty();
    assertThat(numbers()).containsExactly(0, 1, 2, 3);
    assertThat(list()).allMatch(i -> i.spec().instances().count() == 4);
    assertThat(list()).allMatch(i -> i.phase() == Phase.ONLINE);
    GodReply fewer = scale(Step.TO, 1);
    assertThat(fewer.problems()).isEmpty();
    assertThat(fewer.instances()).hasSize(1);
    assertThat(numbers()).containsExactly(0);
    assertThat(host.running()).hasSize(1);
    List<Integer> drained =
        balancer.commandsOf(BalancerCommand.Drain.class).stream()
            .map(drain -> drain.worker().id().value())
            .toList();
    assertThat(drained).containsExactly(3, 2, 1);
    scale(Step.TO, 3);
    assertThat(numbers()).containsExactly(0, 1, 2);
    ask(new GodCommand.StartApps(List.of(cluster("web", 2)), GodCommand.ExistingAppPolicy.RESTART));
    ask(new GodCommand.StartApps(List.of(cluster("web", 2)), GodCommand.ExistingAppPolicy.RESTART));
    assertThat(events)
        .filteredOn(event -> event.kind() == InstanceEvent.Kind.SCALE)
        .extracting(event -> event.instance().number() + ": " + event.instance().reason())
        .containsExactly(
            "0: from 2 to 4 instances",
            "0: from 4 to 1 instances",
            "0: from 1 to 3 instances",
            "0: from 3 to 2 instances");
  }

  @Test
  void removedInstanceDrainsItsConnectionsBeforeItStops() {
    start(cluster("web", 2));
    balancer.drainsAtOnce = false;
    var reply =
        vertx
            .eventBus()
            .<GodReply>request(
                io.jpm.bus.Addresses.GOD_COMMAND, new GodCommand.Scale("web", Step.BY, -1));
    awaitCommands(BalancerCommand.Drain.class, 1);
    assertThat(list()).hasSize(2).allMatch(i -> i.phase() == Phase.ONLINE);
    assertThat(scale(Step.TO, 5).problems())
        .containsExactly("web is being reloaded or scaled: try again when this has finished");
    balancer.answerDrains();
    assertThat(await(reply).body().instances()).hasSize(1);
    assertThat(host.running()).hasSize(1);
  }

  @Test
  void impossibleScaleIsRejectedWithTheReason() {
    start(cluster("web", 2), spec("api"));
    assertThat(scale(Step.TO, 2).problems()).containsExactly("web already has 2 instances");
    assertThat(scale(Step.BY, -2).problems())
        .containsExactly(
            "web cannot have 0 instances: at least 1 is required; to remove the app, run jpm delete web");
    assertThat(scale(Step.TO, 1001).problems())
        .containsExactly(
            "web cannot have 1001 instances: at most 1000 are allowed; raise limits.max_instances in"
                + " jpm.json (up to 10000) for more");
    assertThat(ask(new GodCommand.Scale("all", Step.TO, 3)).problems())
        .containsExactly("all selects several apps (web, api): specify one of them");
    assertThat(ask(new GodCommand.Scale("no", Step.TO, 3)).problems())
        .containsExactly("no app, namespace or id matches no: run jpm ls to list them");
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void forkModeAppRunsWithoutABalancer() {
    balancer.unregister();
    start(spec("web"));
    scale(Step.TO, 3);
    scale(Step.TO, 2);
    assertThat(host.running()).hasSize(2);
  }
}
