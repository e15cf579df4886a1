package io.jpm.god.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.god.FakeProcessHost.FakeProcess;
import io.jpm.god.GodHarness;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.InstanceSettings;
import io.jpm.model.ProbeHandler;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StartCondition;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.model.process.WorkerId;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Replacement of old processes by new ones, and events that may interrupt it.
class ReloadTest extends GodHarness {
  /// Returns an app whose processes are ready when they say so.
  private static AppSpec sayingReady(int instances) {
    return cluster("web", instances).toBuilder()
        .readiness(new ReadinessPolicy(true, Duration.ofSeconds(30)))
        .build();
  }

  private static GodCommand.Reload reloadOf(String... targets) {
    return new GodCommand.Reload(List.of(targets), List.of(), 1, Optional.empty());
  }

  private static GodCommand.Reload reloadTo(AppSpec... specs) {
    return new GodCommand.Reload(List.of(), List.of(specs), 1, Optional.empty());
  }

  private Future<GodReply> askAsync(GodCommand command) {
    return vertx
        .eventBus()
        .<GodReply>request(Addresses.GOD_COMMAND, command)
        .map(reply -> reply.body());
  }

  /// Returns the process that was spawned as the `count`-th.
  private FakeProcess awaitSpawn(int count) {
    Eventually.await(count + " are made", LONG, () -> host.spawns.size() >= count);
    String tag = host.spawns.get(count - 1).tag();
    return Objects.requireNonNull(host.processesByTag.get(tag));
  }

  private void reportReady(FakeProcess process) {
    Eventually.await("the balancer knows the process", LONG, () -> isKnownToBalancer(process));
    process.sendMessage("\"ready\"");
  }

  private boolean isKnownToBalancer(FakeProcess process) {
    return balancer.commandsOf(BalancerCommand.ProcessStarted.class).stream()
        .anyMatch(began -> began.process().equals(process.identity));
  }

  /// Starts an app and brings all its instances online.
  private void startReady(int instances) {
    Future<GodReply> started =
        askAsync(
            new GodCommand.StartApps(
                List.of(sayingReady(instances)), GodCommand.ExistingAppPolicy.REFUSE_RUNNING));
    for (int i = 1; i <= instances; i++) {
      reportReady(awaitSpawn(i));
    }
    assertThat(await(started).problems()).isEmpty();
  }

  private void awaitEvent(Kind kind, String words) {
    Eventually.await(
        kind + " " + words,
        LONG,
        () ->
            events.stream()
                .anyMatch(it -> it.kind() == kind && it.instance().reason().contains(words)),
        () -> events.toString());
  }

  private void awaitGone(FakeProcess process) {
    Eventually.await(
        "the process has ended", LONG, () -> !host.alive.containsKey(process.identity));
  }

  private static int pid(FakeProcess process) {
    return process.identity.pid();
  }

  private int pidOf(InstanceView instance) {
    return instance.process().orElseThrow().pid();
  }

  private WorkerId workerOf(FakeProcess process) {
    return balancer.commandsOf(BalancerCommand.ProcessStarted.class).stream()
        .filter(began -> began.process().equals(process.identity))
        .findFirst()
        .orElseThrow()
        .worker();
  }

  @Test
  void newProcessIsPromotedAndTheOldOneIsDrainedAndStopped() throws Exception {
    startReady(1);
    FakeProcess old = awaitSpawn(1);
    InstanceView before = only();
    events.clear();
    balancer.drainsAtOnce = false;
    Future<GodReply> reload = askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    assertThat(pidOf(only())).isEqualTo(pid(old));
    reportReady(next);
    awaitEvent(Kind.RELOAD, "pid %d has replaced pid %d".formatted(pid(next), pid(old)));
    Eventually.await(
        "the old process is drained",
        LONG,
        () -> balancer.commandsOf(BalancerCommand.Drain.class).size() == 1);
    assertThat(pidOf(only())).isEqualTo(pid(next));
    assertThat(old.signals).isEmpty();
    Path pidFile = home.resolve("pids/web-0.pid");
    Eventually.await(
        "the pid file has the new pid", LONG, () -> read(pidFile).equals(pid(next) + "\n"));
    balancer.answerDrains();
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    InstanceView after = only();
    assertThat(reply.instances()).containsExactly(after);
    assertThat(after.restarts()).isEqualTo(1);
    assertThat(after.createdAt()).isEqualTo(before.createdAt());
    assertThat(after.phase()).isEqualTo(Phase.ONLINE);
    assertThat(old.signals).containsExactly(Signal.SIGINT);
    assertThat(host.running()).containsExactly(next);
    assertThat(host.duplicates).isEmpty();
    assertThat(read(pidFile)).isEqualTo(pid(next) + "\n");
    assertThat(logs.getLast()).isInstanceOf(LogsCommand.Close.class);
    assertThat(((LogsCommand.Close) logs.getLast()).outFifo()).hasToString(fifo(0));
    awaitEvent(Kind.EXIT, "pid %d exited after the reload".formatted(pid(old)));
    assertThat(events.stream().map(InstanceEvent::kind))
        .containsExactly(Kind.START, Kind.READY, Kind.RELOAD, Kind.EXIT);
    assertThat(events).allMatch(event -> event.kind() != Kind.EXIT || isOnline(event));
    assertThat(balancer.commands.stream().map(it -> it.getClass().getSimpleName()))
        .containsExactly(
            "Prepare",
            "ProcessStarted",
            "Ready",
            "PrepareHandover",
            "Prepare",
            "ProcessStarted",
            "Ready",
            "Drain",
            "ProcessEnded",
            "Released",
            "FinishHandover");
    assertThat(Files.readString(home.resolve("state.json"))).doesNotContain("\"role\"");
  }

  @Test
  void forkModeReloadHandsTheSocketsOver() {
    balancer.handoverReply =
        _ -> new BalancerReply.Handover.SideBySide("they are handed over", false);
    balancer.prepareReply =
        _ ->
            new BalancerReply.Prepared(
                List.of(), List.of(), Map.of(), List.of(), true, "", "handover node", true);
    start(spec("web"));
    FakeProcess old = awaitSpawn(1);
    Future<GodReply> reload = askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    assertThat(host.running()).containsExactly(old, next);
    Eventually.await("the balancer knows the process", LONG, () -> isKnownToBalancer(next));
    balancer.reportListening(
        balancer.commandsOf(BalancerCommand.ProcessStarted.class).getLast().worker());
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.restarted()).isEmpty();
    assertThat(host.running()).containsExactly(next);
    assertThat(balancer.commandsOf(BalancerCommand.PrepareHandover.class).getLast().hold())
        .isTrue();
    assertThat(balancer.commandsOf(BalancerCommand.FinishHandover.class)).hasSize(1);
  }

  @Test
  void appThatCannotShareItsPortIsRestartedWithAReportedGap() {
    balancer.handoverReply =
        _ ->
            new BalancerReply.Handover.Sequential(
                "thing cannot be given a socket", "set SO_REUSEPORT", Set.of());
    start(spec("web"));
    GodReply reply = await(askAsync(reloadOf("web")));
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.restarted()).containsExactly(only().id());
    assertThat(reply.notes())
        .containsExactly(
            "web (id 0) was restarted with a gap of unknown length, because thing cannot be given a socket");
    assertThat(
            events.stream()
                .filter(event -> event.kind() == Kind.RELOAD_GAP)
                .map(event -> event.instance().reason()))
        .containsExactly(
            "is restarted with a gap, because thing cannot be given a socket (set SO_REUSEPORT)",
            "restarted with a gap of unknown length, because thing cannot be given a socket");
    assertThat(host.duplicates).isEmpty();
  }

  @Test
  void appWithoutAPortIsRestarted() {
    start(spec("web"));
    GodReply reply = await(askAsync(reloadOf("web")));
    assertThat(reply.restarted()).containsExactly(only().id());
    assertThat(reply.notes())
        .containsExactly("web (id 0) was restarted; it does not listen on any port");
    assertThat(events).noneMatch(event -> event.kind() == Kind.RELOAD_GAP);
  }

  private static GodCommand.Reload gracefulReloadOf(String... targets) {
    return new GodCommand.Reload(List.of(targets), List.of(), 1, Optional.empty(), false, true);
  }

  private static AppSpec stoppedBy(AppSpec spec, StopPolicy stop) {
    return spec.toBuilder().stop(stop).build();
  }

  private static AppSpec nodeApp() {
    var node =
        new AppCommand(
            Path.of("/srv/app.js"), Optional.of(Path.of("/bin/node")), List.of(), List.of());
    return AppSpec.builder(new AppName("web"), node, Path.of("/")).build();
  }

  /// Sends the report of `lib/node-worker.cjs` on whether the app has a listener for messages, and
  /// waits until it has been processed.
  private void reportListener(FakeProcess process, boolean now) {
    process.sendMessage("{\"type\":\"jpm:reads-messages\",\"data\":{\"now\":%s}}".formatted(now));
    Eventually.await(
        "the journal contains the report",
        LONG,
        () -> read(home.resolve("state.json")).contains("\"reads_messages\":true") == now);
  }

  private static void awaitShutdownMessage(FakeProcess process) {
    Eventually.await(
        "the message has arrived", LONG, () -> process.receivedMessages.contains("\"shutdown\""));
  }

  /// Starts an app in cluster mode and begins a graceful reload, up to the stop of the old process.
  private Future<GodReply> gracefulReloadUntilStop(StopPolicy stop) {
    Future<GodReply> started =
        askAsync(
            new GodCommand.StartApps(
                List.of(stoppedBy(sayingReady(1), stop)),
                GodCommand.ExistingAppPolicy.REFUSE_RUNNING));
    reportReady(awaitSpawn(1));
    assertThat(await(started).problems()).isEmpty();
    Future<GodReply> reload = askAsync(gracefulReloadOf("web"));
    reportReady(awaitSpawn(2));
    return reload;
  }

  @Test
  void gracefulReloadAsksTheOldProcessToExitByMessage() {
    Future<GodReply> reload = gracefulReloadUntilStop(StopPolicy.DEFAULT);
    FakeProcess old = awaitSpawn(1);
    awaitShutdownMessage(old);
    assertThat(old.signals).isEmpty();
    old.exit(new Exit.Code(0));
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.notes())
        .containsExactly(
            "web: sent the message 'shutdown' to the old process, with 30 s (kill_timeout) to exit");
    assertThat(old.signals).isEmpty();
    assertThat(pidOf(only())).isEqualTo(pid(awaitSpawn(2)));
    assertThat(awaitSpawn(2).receivedMessages).doesNotContain("\"shutdown\"");
  }

  @Test
  void gracefulReloadReplacesTheStopCommandByTheMessage() {
    Future<GodReply> reload =
        gracefulReloadUntilStop(
            new StopPolicy(Signal.SIGTERM, LONG, true, false, List.of("/bin/drain")));
    awaitShutdownMessage(awaitSpawn(1));
    awaitSpawn(1).exit(new Exit.Code(0));
    assertThat(await(reload).problems()).isEmpty();
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void gracefulReloadKillsAProcessThatIgnoresTheMessage() {
    GodReply reply =
        await(gracefulReloadUntilStop(new StopPolicy(Signal.SIGINT, Duration.ofMillis(50), true)));
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.notes())
        .containsExactly(
            "web: sent the message 'shutdown' to the old process, with 50 ms (kill_timeout) to exit",
            "web:0: did not exit within 50 ms: killed (SIGKILL after the shutdown message)");
    assertThat(awaitSpawn(1).signals).containsExactly(Signal.SIGKILL);
  }

  @Test
  void gracefulReloadSignalsAProcessWithoutAnIpcChannel() {
    host.hasChannel = false;
    GodReply reply = await(gracefulReloadUntilStop(new StopPolicy(Signal.SIGTERM, LONG, true)));
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.notes())
        .containsExactly(
            "web: stopped the old process with SIGTERM, because the app does not read messages from its IPC channel");
    assertThat(awaitSpawn(1).receivedMessages).isEmpty();
    assertThat(awaitSpawn(1).signals).containsExactly(Signal.SIGTERM);
  }

  @Test
  void gracefulReloadSignalsAProgramThatDoesNotUseItsIpcChannel() {
    start(spec("web"));
    assertThat(await(askAsync(gracefulReloadOf("web"))).notes())
        .contains(
            "web: stopped the old process with SIGINT, because the app does not read messages from its IPC channel");
    assertThat(awaitSpawn(1).receivedMessages).isEmpty();
  }

  @Test
  void gracefulReloadSignalsANodeAppWithoutAListenerForMessages() {
    start(nodeApp());
    awaitSpawn(1).sendMessage("\"ready\"");
    reportListener(awaitSpawn(1), true);
    reportListener(awaitSpawn(1), false);
    assertThat(await(askAsync(gracefulReloadOf("web"))).notes())
        .contains(
            "web: stopped the old process with SIGINT, because the app does not read messages from its IPC channel");
    assertThat(awaitSpawn(1).receivedMessages).isEmpty();
  }

  @Test
  void gracefulReloadSendsTheMessageToANodeAppWithAListener() {
    start(stoppedBy(nodeApp(), StopPolicy.DEFAULT));
    reportListener(awaitSpawn(1), true);
    Future<GodReply> reload = askAsync(gracefulReloadOf("web"));
    awaitShutdownMessage(awaitSpawn(1));
    awaitSpawn(1).exit(new Exit.Code(0));
    assertThat(await(reload).problems()).isEmpty();
  }

  @Test
  void nextDaemonFinishesAGracefulReloadByMessage() {
    gracefulReloadUntilStop(StopPolicy.DEFAULT);
    FakeProcess old = awaitSpawn(1);
    awaitShutdownMessage(old);
    // Otherwise, the message would be repeated if the daemon died at this moment.
    assertThat(read(home.resolve("state.json"))).contains("\"shutdown_sent\":true");
    restartDaemon();
    assertThat(list()).hasSize(1);
    assertThat(old.receivedMessages).containsExactly("\"shutdown\"");
    assertThat(old.signals).isEmpty();
    old.exit(new Exit.Code(0));
    Eventually.await(
        "the old process is forgotten",
        LONG,
        () -> !read(home.resolve("state.json")).contains("stops_gracefully"));
    assertThat(old.signals).isEmpty();
  }

  @Test
  void gracefulReloadWithAGapStopsOnlyTheOldProcessByMessage() {
    start(stoppedBy(nodeApp(), StopPolicy.DEFAULT));
    FakeProcess old = awaitSpawn(1);
    reportListener(old, true);
    Future<GodReply> reload = askAsync(gracefulReloadOf("web"));
    awaitShutdownMessage(old);
    assertThat(old.signals).isEmpty();
    old.exit(new Exit.Code(0));
    assertThat(await(reload).notes())
        .containsExactly(
            "web (id 0) was restarted; it does not listen on any port",
            "web: sent the message 'shutdown' to the old process, with 30 s (kill_timeout) to exit");
    FakeProcess next = awaitSpawn(2);
    act(Action.STOP, "web");
    assertThat(next.receivedMessages).isEmpty();
    assertThat(next.signals).containsExactly(Signal.SIGINT);
  }

  private static boolean isOnline(InstanceEvent event) {
    return event.instance().phase() == Phase.ONLINE;
  }

  private String fifo(int spawn) {
    return host.spawns.get(spawn).out().fifo().toString();
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException notNow) {
      return "";
    }
  }

  @Test
  void candidateOfAListeningProcessIsReadyWhenItListens() {
    start(cluster("web", 1));
    balancer.reportListening(workerOf(awaitSpawn(1)));
    Eventually.await(
        "the journal records that the process listens",
        LONG,
        () -> read(home.resolve("state.json")).contains("\"listening\""));
    Future<GodReply> reload = askAsync(reloadOf("0"));
    FakeProcess next = awaitSpawn(2);
    // A late report of the old process, or of another generation, says nothing about the new one.
    balancer.reportListening(workerOf(awaitSpawn(1)));
    assertThat(pidOf(only())).isNotEqualTo(pid(next));
    Eventually.await(
        "the new process is reported to the balancer",
        LONG,
        () -> balancer.commandsOf(BalancerCommand.ProcessStarted.class).size() == 2);
    balancer.reportListening(workerOf(next));
    assertThat(await(reload).problems()).isEmpty();
    assertThat(pidOf(only())).isEqualTo(pid(next));
  }

  @Test
  void candidateOfANonListeningProcessIsReadyAfterMinUptime() {
    RestartPolicy soon =
        new RestartPolicy(RestartPolicy.When.ALWAYS, 16, Duration.ofMillis(20), Duration.ZERO);
    start(cluster("web", 3).toBuilder().restart(soon).build());
    assertThat(ask(reloadOf("web")).problems()).isEmpty();
    assertThat(list()).allMatch(i -> i.restarts() == 1 && i.phase() == Phase.ONLINE);
    assertThat(host.spawns).hasSize(6);
    assertThat(host.running()).hasSize(3);
  }

  private static AppSpec withShortMinUptime(int instances, Duration timeout) {
    RestartPolicy soon =
        new RestartPolicy(RestartPolicy.When.ALWAYS, 16, Duration.ofMillis(20), Duration.ZERO);
    return cluster("web", instances).toBuilder()
        .restart(soon)
        .readiness(new ReadinessPolicy(false, timeout))
        .build();
  }

  @Test
  void candidateThatIsCertainToListenIsReadyOnlyWhenItListens() {
    balancer.prepareReply =
        _ ->
            new BalancerReply.Prepared(
                List.of(), List.of(), Map.of(), List.of(), true, "", "", true);
    start(withShortMinUptime(1, Duration.ofMillis(500)));
    assertThat(ask(reloadOf("web")).problems())
        .singleElement()
        .asString()
        .contains(
            "did not become ready: not ready within 500 ms (listen_timeout); pid "
                + pid(awaitSpawn(1)));
    assertThat(host.running()).containsExactly(awaitSpawn(1));
    Future<GodReply> good = askAsync(reloadTo(withShortMinUptime(1, LONG.multipliedBy(3))));
    FakeProcess next = awaitSpawn(3);
    Eventually.await(
        "the new process is reported to the balancer",
        LONG,
        () -> balancer.commandsOf(BalancerCommand.ProcessStarted.class).size() == 3);
    balancer.reportListening(workerOf(next));
    assertThat(await(good).problems()).isEmpty();
    assertThat(pidOf(only())).isEqualTo(pid(next));
  }

  @Test
  @Tag("slow")
  void candidateMustListenWhenASiblingListens() {
    start(withShortMinUptime(2, Duration.ofSeconds(5)));
    balancer.reportListening(workerOf(awaitSpawn(2)));
    Eventually.await(
        "the journal records that the process listens",
        LONG,
        () -> read(home.resolve("state.json")).contains("\"listening\""));
    assertThat(ask(reloadOf("0")).problems())
        .singleElement()
        .asString()
        .contains("not ready within 5 s (listen_timeout)");
  }

  @Test
  void candidateThatExitsEndsTheRolloutAndKeepsTheOldProcess() {
    startReady(3);
    List<Integer> before = list().stream().map(this::pidOf).toList();
    Future<GodReply> reload = askAsync(reloadOf("web"));
    reportReady(awaitSpawn(4));
    FakeProcess bad = awaitSpawn(5);
    Eventually.await("one old process has ended", LONG, () -> host.running().size() == 4);
    bad.exit(new Exit.Code(1));
    GodReply reply = await(reload);
    assertThat(reply.problems()).hasSize(1);
    assertThat(reply.problems().getFirst())
        .matches(
            "web \\(id 1\\): the new process did not become ready: exit 1 after .*, before it was ready; pid %d keeps serving; 1 of 3 instances were replaced"
                .formatted(before.get(1)));
    assertThat(list().stream().map(this::pidOf))
        .containsExactly(pid(awaitSpawn(4)), before.get(1), before.get(2));
    assertThat(list().stream().map(InstanceView::restarts)).containsExactly(1, 0, 0);
    awaitEvent(Kind.RELOAD_FAILED, "the new process did not become ready: exit 1");
    assertThat(host.spawns).hasSize(5);
    assertThat(events.stream().map(InstanceEvent::kind)).doesNotContain(Kind.STOP, Kind.ERRORED);
  }

  @Test
  void candidateThatIsNotReadyInTimeIsStopped() {
    startReady(1);
    AppSpec hasty =
        sayingReady(1).toBuilder()
            .readiness(new ReadinessPolicy(true, Duration.ofMillis(100)))
            .build();
    GodReply reply = ask(reloadTo(hasty));
    assertThat(reply.problems())
        .singleElement()
        .asString()
        .contains("not ready within 100 ms (listen_timeout); pid", "0 of 1 instances");
    assertThat(host.running()).containsExactly(awaitSpawn(1));
    assertThat(only().spec()).isEqualTo(sayingReady(1));
  }

  @Test
  void failedReloadReportsThatTheCandidateDoesNotListen() {
    start(cluster("web", 1));
    balancer.reportListening(workerOf(awaitSpawn(1)));
    balancer.prepareReply =
        _ ->
            new BalancerReply.Prepared(
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                true,
                "nothing listens on 4711",
                "memo",
                false);
    AppSpec hasty =
        cluster("web", 1).toBuilder()
            .readiness(new ReadinessPolicy(false, Duration.ofMillis(100)))
            .build();
    Eventually.await(
        "the journal records that the process listens",
        LONG,
        () -> read(home.resolve("state.json")).contains("\"listening\""));
    GodReply reply = ask(reloadTo(hasty));
    assertThat(reply.problems())
        .singleElement()
        .asString()
        .contains("not ready within 100 ms (listen_timeout): nothing listens on 4711; pid");
    awaitEvent(Kind.RELOAD_FAILED, "nothing listens on 4711");
  }

  @Test
  void listeningCandidateIsNotReportedAsNotListening() {
    start(cluster("web", 1));
    balancer.reportListening(workerOf(awaitSpawn(1)));
    balancer.prepareReply =
        _ ->
            new BalancerReply.Prepared(
                List.of(),
                List.of(),
                Map.of(),
                List.of(),
                true,
                "nothing listens on 4711",
                "memo",
                true);
    ProbeHandler.ProbeTiming probeTiming =
        new ProbeHandler.ProbeTiming(
            Duration.ofSeconds(10), Duration.ofSeconds(5), 3, 1, Duration.ZERO);
    HealthProbes.Probe probe =
        new HealthProbes.Probe(new ProbeHandler.Tcp("127.0.0.1", "1"), probeTiming);
    AppSpec hasty =
        cluster("web", 1).toBuilder()
            .readiness(new ReadinessPolicy(false, Duration.ofSeconds(2)))
            .health(new HealthProbes(Optional.empty(), Optional.of(probe), Optional.empty()))
            .build();
    Future<GodReply> reply = askAsync(reloadTo(hasty));
    Eventually.await(
        "the new process is reported to the balancer",
        LONG,
        () -> balancer.commandsOf(BalancerCommand.ProcessStarted.class).size() == 2);
    balancer.reportListening(workerOf(awaitSpawn(2)));
    assertThat(await(reply).problems())
        .singleElement()
        .asString()
        .contains("not ready within 2 s")
        .doesNotContain("nothing listens");
  }

  @Test
  void candidateThatCannotBeSpawnedKeepsTheOldProcess() {
    startReady(1);
    host.refusal = Optional.of("/bin/thing is not executable");
    assertThat(ask(reloadOf("web")).problems())
        .singleElement()
        .asString()
        .contains("did not become ready: /bin/thing is not executable; pid");
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void severalProcessesAreReplacedInParallel() {
    startReady(4);
    Future<GodReply> reload =
        askAsync(new GodCommand.Reload(List.of("web"), List.of(), 3, Optional.empty()));
    for (int i = 5; i <= 7; i++) {
      awaitSpawn(i);
    }
    assertThat(host.spawns).hasSize(7);
    for (int i = 5; i <= 8; i++) {
      reportReady(awaitSpawn(i));
    }
    assertThat(await(reload).problems()).isEmpty();
    assertThat(list()).allMatch(i -> i.restarts() == 1);
  }

  @Test
  void secondReloadOfTheSameAppIsRefused() {
    startReady(1);
    Future<GodReply> reload = askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    assertThat(ask(reloadOf("web")).problems())
        .containsExactly("web is being reloaded or scaled: try again when this has finished");
    reportReady(next);
    assertThat(await(reload).problems()).isEmpty();
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void stopInterruptsAReload() {
    startReady(2);
    Future<GodReply> reload = askAsync(reloadOf("web"));
    awaitSpawn(3);
    assertThat(act(Action.STOP, "web").problems()).isEmpty();
    assertThat(host.running()).isEmpty();
    assertThat(await(reload).problems())
        .containsExactly(
            "web (id 0): it was stopped in the meantime; 0 of 2 instances were replaced");
    assertThat(list()).allMatch(i -> i.phase() == Phase.STOPPED);
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void restartInterruptsAReload() {
    startReady(1);
    Future<GodReply> reload = askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    Future<GodReply> restart = askAsync(new GodCommand.Act(Action.RESTART, List.of("web")));
    reportReady(awaitSpawn(3));
    assertThat(await(restart).problems()).isEmpty();
    assertThat(await(reload).problems())
        .singleElement()
        .asString()
        .contains("it was stopped in the meantime");
    awaitGone(next);
    assertThat(host.running()).containsExactly(awaitSpawn(3));
  }

  @Test
  void deleteInterruptsAReloadAndEndsDrainingProcesses() {
    startReady(2);
    balancer.drainsAtOnce = false;
    Future<GodReply> reload = askAsync(reloadOf("web"));
    reportReady(awaitSpawn(3));
    Eventually.await(
        "the old process is drained",
        LONG,
        () -> balancer.commandsOf(BalancerCommand.Drain.class).size() == 1);
    assertThat(host.running()).hasSize(3);
    act(Action.DELETE, "web");
    assertThat(host.running()).isEmpty();
    assertThat(list()).isEmpty();
    await(reload);
    assertThat(logs.stream().filter(LogsCommand.Close.class::isInstance)).hasSize(3);
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void jpmKillEndsAProcessThatIsBeingReplaced() {
    startReady(1);
    AppSpec dependent =
        spec("api").toBuilder()
            .dependsOn(Map.of(new AppName("web"), StartCondition.STARTED))
            .stop(new StopPolicy(Signal.SIGINT, Duration.ofMinutes(1), true))
            .build();
    start(dependent);
    FakeProcess api = awaitSpawn(2);
    host.obeysSignals = false;
    Future<GodReply> reload = askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(3);
    Future<GodReply> kill = askAsync(new GodCommand.DeleteAll());
    Eventually.await("api has received a signal", LONG, () -> !api.signals.isEmpty());
    reportReady(next);
    Future<GodReply> again = askAsync(reloadOf("web"));
    await(again);
    host.obeysSignals = true;
    api.exitWithWholeTree();
    assertThat(await(kill).problems()).isEmpty();
    await(reload);
    assertThat(host.running()).isEmpty();
    assertThat(list()).isEmpty();
  }

  @Test
  void pendingStopAppliesToTheProcessPromotedMeanwhile() {
    startReady(1);
    AppSpec dependent =
        spec("api").toBuilder()
            .dependsOn(Map.of(new AppName("web"), StartCondition.STARTED))
            .stop(new StopPolicy(Signal.SIGINT, Duration.ofMinutes(1), true))
            .build();
    start(dependent);
    FakeProcess api = awaitSpawn(2);
    host.obeysSignals = false;
    Future<GodReply> stop = askAsync(new GodCommand.Act(Action.STOP, List.of("all")));
    Eventually.await("api has received a signal", LONG, () -> !api.signals.isEmpty());
    Future<GodReply> reload = askAsync(reloadOf("web"));
    reportReady(awaitSpawn(3));
    assertThat(await(reload).problems()).isEmpty();
    host.obeysSignals = true;
    api.exitWithWholeTree();
    GodReply reply = await(stop);
    assertThat(reply.instances()).hasSize(2).allMatch(it -> it.phase() == Phase.STOPPED);
    assertThat(host.running()).isEmpty();
  }

  @Test
  void reloadWithFewerInstancesReplacesTheLastOne() {
    startReady(3);
    act(Action.DELETE, "0");
    act(Action.DELETE, "1");
    Future<GodReply> reload = askAsync(reloadTo(sayingReady(1)));
    reportReady(awaitSpawn(4));
    assertThat(await(reload).problems()).isEmpty();
    assertThat(pidOf(only())).isEqualTo(pid(awaitSpawn(4)));
    Future<GodReply> again = askAsync(reloadOf("web"));
    reportReady(awaitSpawn(5));
    assertThat(await(again).problems()).isEmpty();
  }

  @Test
  void jpmKillEndsCandidatesAndCurrentProcesses() {
    startReady(1);
    Future<GodReply> reload = askAsync(reloadOf("web"));
    awaitSpawn(2);
    assertThat(ask(new GodCommand.DeleteAll()).problems()).isEmpty();
    await(reload);
    assertThat(host.running()).isEmpty();
  }

  @Test
  void oldProcessThatCrashesIsRestartedAndThenReplaced() {
    startReady(1);
    Future<GodReply> reload = askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    awaitSpawn(1).exit(new Exit.Code(1));
    FakeProcess again = awaitSpawn(3);
    reportReady(next);
    assertThat(await(reload).problems()).isEmpty();
    awaitGone(again);
    assertThat(host.running()).containsExactly(next);
    assertThat(only().restarts()).isEqualTo(2);
    assertThat(pidOf(only())).isEqualTo(pid(next));
  }

  @Test
  void forkModeOrStoppedAppIsRestarted() {
    startReady(1);
    start(spec("api"));
    act(Action.STOP, "web");
    Future<GodReply> reload = askAsync(reloadOf("all"));
    FakeProcess last = awaitSpawn(4);
    // The two processes may be spawned in either order.
    reportReady(awaitSpawn(3));
    reportReady(last);
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.instances()).hasSize(2).allMatch(i -> i.phase() == Phase.ONLINE);
    assertThat(list().getLast().restarts()).isEqualTo(1);
    assertThat(balancer.commandsOf(BalancerCommand.Drain.class)).isEmpty();
  }

  @Test
  void reloadFromAFileAppliesItsSpecAndInstanceCount() {
    startReady(2);
    AppSpec other =
        sayingReady(3).toBuilder()
            .variables(EnvironmentVariables.declared(Map.of("A", "2")))
            .build();
    Future<GodReply> reload = askAsync(reloadTo(other, spec("new")));
    FakeProcess third = awaitSpawn(4);
    assertThat(list().getFirst().spec().variables().declared()).containsEntry("A", "1");
    reportReady(third);
    reportReady(awaitSpawn(5));
    reportReady(awaitSpawn(6));
    GodReply reply = await(reload);
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.instances()).hasSize(4);
    assertThat(list().stream().filter(i -> i.spec().equals(other))).hasSize(3);
    assertThat(host.spawns.getLast().environment()).containsEntry("A", "2");
    AppSpec fewer = other.toBuilder().instances(InstanceSettings.of(1)).build();
    Future<GodReply> less = askAsync(reloadTo(fewer));
    reportReady(awaitSpawn(7));
    assertThat(await(less).problems()).isEmpty();
    assertThat(list().stream().map(i -> i.spec().name().value())).containsExactly("web", "new");
    assertThat(balancer.commandsOf(BalancerCommand.Drain.class)).hasSize(5);
  }

  @Test
  void newProcessReceivesTheVariablesOfTheShell() {
    startReady(1);
    Future<GodReply> reload =
        askAsync(
            new GodCommand.Reload(
                List.of("web"), List.of(), 1, Optional.of(Map.of("FROM", "shell"))));
    reportReady(awaitSpawn(2));
    await(reload);
    assertThat(host.spawns.getLast().environment()).containsEntry("FROM", "shell");
    assertThat(host.spawns.getFirst().environment()).doesNotContainKey("FROM");
  }

  private void awaitJournal(String text) {
    Eventually.await(
        "the journal has " + text, LONG, () -> read(home.resolve("state.json")).contains(text));
  }

  @Test
  void nextDaemonEndsACandidateAndKeepsTheOldProcess() {
    startReady(1);
    askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    awaitJournal("\"awaiting\":\"READINESS\"");
    restartDaemon();
    awaitGone(next);
    assertThat(host.running()).containsExactly(awaitSpawn(1));
    assertThat(pidOf(only())).isEqualTo(pid(awaitSpawn(1)));
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    awaitEvent(Kind.RELOAD_FAILED, "the daemon exited during the reload");
    Eventually.await(
        "the journal has only the current process",
        LONG,
        () -> !read(home.resolve("state.json")).contains("SUCCESSOR"));
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void nextDaemonPromotesACandidateWhoseOldProcessIsGone() {
    startReady(1);
    askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    awaitJournal("\"awaiting\":\"READINESS\"");
    stopDaemon();
    host.alive.remove(awaitSpawn(1).identity);
    events.clear();
    startDaemon();
    assertThat(pidOf(only())).isEqualTo(pid(next));
    assertThat(only().restarts()).isEqualTo(1);
    next.sendMessage("\"ready\"");
    Eventually.await("the instance is online", LONG, () -> only().phase() == Phase.ONLINE);
    Eventually.await(
        "the journal has only the current process",
        LONG,
        () -> !read(home.resolve("state.json")).contains("RETIRING"));
    assertThat(host.running()).containsExactly(next);
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void nextDaemonContinuesToDrainAReplacedProcess() {
    startReady(1);
    FakeProcess old = awaitSpawn(1);
    balancer.drainsAtOnce = false;
    askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    reportReady(next);
    Eventually.await(
        "the old process is drained",
        LONG,
        () -> balancer.commandsOf(BalancerCommand.Drain.class).size() == 1);
    balancer.drainsAtOnce = true;
    restartDaemon();
    awaitGone(old);
    assertThat(host.running()).containsExactly(next);
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(pidOf(only())).isEqualTo(pid(next));
    assertThat(balancer.commandsOf(BalancerCommand.Drain.class)).hasSize(2);
    Eventually.await(
        "the journal has only the current process",
        LONG,
        () -> !read(home.resolve("state.json")).contains("RETIRING"));
  }

  @Test
  void candidateIsNotSaved() throws Exception {
    startReady(1);
    Future<GodReply> reload = askAsync(reloadOf("web"));
    FakeProcess next = awaitSpawn(2);
    assertThat(ask(new GodCommand.Save(false)).instances()).hasSize(1);
    assertThat(Files.readString(home.resolve("dump.json"))).containsOnlyOnce("\"number\"");
    reportReady(next);
    await(reload);
  }
}
