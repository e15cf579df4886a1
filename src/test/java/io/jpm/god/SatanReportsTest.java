package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReply;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.FakeProcessHost.FakeProcess;
import io.jpm.model.AppSpec;
import io.jpm.model.EnvFile;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.InheritFilter;
import io.jpm.model.ProbeHandler;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.RestartPolicy;
import io.jpm.model.SecretSource;
import io.jpm.model.process.Phase;
import io.jpm.model.process.WorkerId;
import io.jpm.testing.Eventually;
import io.jpm.testing.Representatives;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How God reacts to the reports of Satan. The test plays Satan.
class SatanReportsTest extends GodHarness {
  private static final ProbeHandler.ProbeTiming RHYTHM =
      new ProbeHandler.ProbeTiming(Duration.ofMillis(1), Duration.ofMillis(1), 1, 1, Duration.ZERO);
  private static final Optional<HealthProbes.Probe> PROBE =
      Optional.of(new HealthProbes.Probe(new ProbeHandler.Tcp("h", "1"), RHYTHM));
  private static final HealthProbes GATED = new HealthProbes(Optional.empty(), PROBE, PROBE);
  private static final HealthProbes ALIVE =
      new HealthProbes(Optional.empty(), Optional.empty(), PROBE);

  private final List<SatanCommand> commands = new CopyOnWriteArrayList<>();
  private final List<Message<SatanCommand>> unanswered = new CopyOnWriteArrayList<>();
  private volatile boolean answers = true;

  @Override
  public void beforeGod() {
    vertx
        .eventBus()
        .<SatanCommand>consumer(
            Addresses.SATAN_COMMAND,
            message -> {
              commands.add(message.body());
              if (message.body() instanceof SatanCommand.StartMonitoring) {
                if (answers) {
                  message.reply(new SatanReply.Done());
                } else {
                  unanswered.add(message);
                }
              }
            });
  }

  private <T extends SatanCommand> List<T> commandsOf(Class<T> type) {
    return commands.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private <T extends SatanCommand> T awaitCommand(Class<T> type, int count) {
    Eventually.await(
        count + " " + type.getSimpleName(),
        LONG,
        () -> commandsOf(type).size() >= count,
        commands::toString);
    return commandsOf(type).get(count - 1);
  }

  private void report(SatanReport report) {
    vertx.eventBus().publish(Addresses.SATAN_REPORTS, report);
  }

  private Future<GodReply> startAsync(AppSpec spec) {
    return vertx
        .eventBus()
        .<GodReply>request(
            Addresses.GOD_COMMAND,
            new GodCommand.StartApps(List.of(spec), GodCommand.ExistingAppPolicy.REFUSE_RUNNING))
        .map(Message::body);
  }

  private static AppSpec app(HealthProbes healthProbes) {
    return spec("web").toBuilder().health(healthProbes).build();
  }

  private void awaitEvent(Kind kind, String words) {
    Eventually.await(
        kind + " " + words,
        LONG,
        () ->
            events.stream()
                .anyMatch(it -> it.kind() == kind && it.instance().reason().contains(words)),
        events::toString);
  }

  private FakeProcess awaitSpawn(int count) {
    Eventually.await(count + " are made", LONG, () -> host.spawns.size() >= count);
    return Objects.requireNonNull(host.processesByTag.get(host.spawns.get(count - 1).tag()));
  }

  @Test
  void processIsSpawnedOnlyAfterSatanHasConfirmedMonitoring() {
    answers = false;
    Future<GodReply> started = startAsync(app(GATED));
    SatanCommand.StartMonitoring startMonitoring =
        awaitCommand(SatanCommand.StartMonitoring.class, 1);
    assertThat(startMonitoring.variables()).containsEntry("A", "1");
    assertThat(startMonitoring.ready()).isFalse();
    assertThat(host.spawns).isEmpty();
    unanswered.forEach(message -> message.reply(new SatanReply.Done()));
    SatanCommand.ProcessStarted processStarted = awaitCommand(SatanCommand.ProcessStarted.class, 1);
    assertThat(processStarted.process()).isEqualTo(awaitSpawn(1).identity);
    report(new SatanReport.Ready(startMonitoring.worker()));
    assertThat(await(started).problems()).isEmpty();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void appWithoutProbesIsNotReportedToSatan() {
    start(spec("web"));
    assertThat(commands).isEmpty();
    assertThat(events).noneMatch(event -> event.kind() == Kind.READY);
  }

  @Test
  void instanceIsOnlineWhenItsProbesPassedAndItSaidReady() {
    AppSpec both =
        app(GATED).toBuilder().readiness(new ReadinessPolicy(true, Duration.ofSeconds(30))).build();
    Future<GodReply> started = startAsync(both);
    WorkerId worker = awaitCommand(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Ready(worker));
    Eventually.await(
        "the reason is that the app has not reported ready",
        LONG,
        () -> only().reason().endsWith("it has not reported ready"));
    assertThat(only().phase()).isEqualTo(Phase.LAUNCHING);
    awaitSpawn(1).sendMessage("\"ready\"");
    assertThat(await(started).problems()).isEmpty();
    assertThat(awaitCommand(SatanCommand.ReadyAnnounced.class, 1).worker()).isEqualTo(worker);
    awaitEvent(Kind.READY, "it has reported ready and its probes have succeeded");
    assertThat(events.stream().map(InstanceEvent::kind))
        .containsExactly(Kind.START, Kind.READY, Kind.ONLINE);
  }

  @Test
  void failedStartReportsTheFailedReadinessProbe() {
    AppSpec brief =
        app(GATED).toBuilder().readiness(new ReadinessPolicy(false, Duration.ofSeconds(2))).build();
    Future<GodReply> started = startAsync(brief);
    WorkerId worker = awaitCommand(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.NotReady(worker, "h:1 answers 503"));
    awaitEvent(Kind.STOPPING, "not ready within 2 s: h:1 answers 503");
    awaitCommand(SatanCommand.StopMonitoring.class, 1);
    assertThat(started.isComplete()).isFalse();
  }

  /// The command waits for readiness, so a restart must not report success either.
  @ParameterizedTest
  @Representatives(1)
  @ValueSource(booleans = {false, true})
  void restartFailsWhenTheNewProcessDoesNotBecomeReady(boolean byReload) {
    AppSpec brief =
        app(GATED).toBuilder().readiness(new ReadinessPolicy(false, Duration.ofSeconds(2))).build();
    Future<GodReply> started = startAsync(brief);
    report(new SatanReport.Ready(awaitCommand(SatanCommand.ProcessStarted.class, 1).worker()));
    assertThat(await(started).problems()).isEmpty();
    Future<GodReply> restarted =
        vertx
            .eventBus()
            .<GodReply>request(
                Addresses.GOD_COMMAND,
                byReload
                    ? new GodCommand.Reload(List.of("web"), List.of(), 1, Optional.empty())
                    : new GodCommand.Act(GodCommand.Action.RESTART, List.of("web")))
            .map(Message::body);
    report(
        new SatanReport.NotReady(
            awaitCommand(SatanCommand.ProcessStarted.class, 2).worker(), "h:1 answers 503"));
    assertThat(await(restarted).problems())
        .singleElement()
        .asString()
        .contains("not ready within 2 s: h:1 answers 503");
  }

  @Test
  void unhealthyAndRecoveredAreShownAndPublished() {
    start(app(ALIVE));
    WorkerId worker = awaitCommand(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Unhealthy(worker, "no answer"));
    awaitEvent(Kind.UNHEALTHY, "no answer");
    assertThat(only().unhealthy()).contains("no answer");
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    report(new SatanReport.Recovered(worker));
    awaitEvent(Kind.RECOVERED, "its probes succeed again");
    assertThat(only().unhealthy()).isEmpty();
    report(new SatanReport.StatusText(worker, "3 jobs left"));
    Eventually.await("the status text is shown", LONG, () -> only().status().equals("3 jobs left"));
  }

  @Test
  void reportsAboutAnEarlierProcessAreIgnored() {
    start(app(ALIVE));
    WorkerId worker = awaitCommand(SatanCommand.ProcessStarted.class, 1).worker();
    act(GodCommand.Action.RESTART, "web");
    awaitCommand(SatanCommand.ProcessStarted.class, 2);
    assertThat(commandsOf(SatanCommand.StopMonitoring.class))
        .containsExactly(new SatanCommand.StopMonitoring(worker));
    report(new SatanReport.Unhealthy(worker, "late"));
    report(new SatanReport.Dead(worker, "late"));
    report(
        new SatanReport.StatusText(
            awaitCommand(SatanCommand.ProcessStarted.class, 2).worker(), "here"));
    Eventually.await("the last report has arrived", LONG, () -> only().status().equals("here"));
    assertThat(only().unhealthy()).isEmpty();
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void deadProcessIsRestartedInForkMode() {
    start(app(ALIVE));
    report(
        new SatanReport.Dead(
            awaitCommand(SatanCommand.ProcessStarted.class, 1).worker(), "no answer"));
    awaitOnline(1);
    assertThat(only().reason()).startsWith("liveness: no answer");
  }

  @Test
  void deadProcessIsReplacedByAReadyOneInClusterMode() {
    // With such timing, any run counts as long enough.
    RestartPolicy usual = RestartPolicy.DEFAULT;
    var brief =
        new RestartPolicy(
            usual.when(), 16, Duration.ofMillis(1), usual.backoff(), usual.stopExitCodes());
    AppSpec web = cluster("web", 2).toBuilder().health(ALIVE).restart(brief).build();
    start(web);
    awaitCommand(SatanCommand.ProcessStarted.class, 2);
    SatanCommand.ProcessStarted first = commandsOf(SatanCommand.ProcessStarted.class).getFirst();
    WorkerId worker = first.worker();
    report(new SatanReport.Dead(worker, "no answer"));
    report(new SatanReport.Dead(worker, "no answer"));
    Eventually.await("a replacement is spawned", LONG, () -> host.spawns.size() == 3);
    Eventually.await(
        "all instances are online without the first process",
        LONG,
        () ->
            list().stream().allMatch(it -> it.phase() == Phase.ONLINE)
                && list().stream()
                    .map(InstanceView::process)
                    .noneMatch(it -> it.equals(Optional.of(first.process()))),
        () -> events.toString());
    assertThat(list().get(worker.id().value()).reason()).contains("liveness: no answer");
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void listeningProcessThatIsNotReadyIsNotReportedAsNotListening() {
    balancer.prepareReply =
        _ ->
            new BalancerReply.Prepared(
                List.of(), List.of(), Map.of(), List.of(), true, "nothing listens", "memo", true);
    AppSpec web = cluster("web", 1).toBuilder().health(GATED).build();
    Future<GodReply> started = startAsync(web);
    report(new SatanReport.Ready(awaitCommand(SatanCommand.ProcessStarted.class, 1).worker()));
    await(started);
    AppSpec never =
        web.toBuilder().readiness(new ReadinessPolicy(false, Duration.ofSeconds(2))).build();
    Future<GodReply> reload =
        vertx
            .eventBus()
            .<GodReply>request(
                Addresses.GOD_COMMAND,
                new GodCommand.Reload(List.of(), List.of(never), 1, Optional.empty()))
            .map(Message::body);
    balancer.reportListening(awaitCommand(SatanCommand.ProcessStarted.class, 2).worker());
    assertThat(await(reload).problems())
        .singleElement()
        .asString()
        .contains(
            "did not become ready: not ready within 2 s (listen_timeout); pid "
                + awaitSpawn(1).identity.pid());
  }

  @Test
  void readinessSurvivesADaemonRestart() {
    Future<GodReply> started = startAsync(app(GATED));
    report(new SatanReport.Ready(awaitCommand(SatanCommand.ProcessStarted.class, 1).worker()));
    await(started);
    commands.clear();
    restartDaemon();
    assertThat(awaitCommand(SatanCommand.StartMonitoring.class, 1).ready()).isTrue();
    assertThat(awaitCommand(SatanCommand.ProcessStarted.class, 1).process())
        .isEqualTo(awaitSpawn(1).identity);
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(host.spawns).hasSize(1);
  }

  @Test
  void stoppedProcessIsNoLongerMonitored() {
    start(app(ALIVE));
    WorkerId worker = awaitCommand(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Unhealthy(worker, "no answer"));
    awaitEvent(Kind.UNHEALTHY, "no answer");
    act(GodCommand.Action.STOP, "web");
    assertThat(awaitCommand(SatanCommand.StopMonitoring.class, 1).worker()).isEqualTo(worker);
    assertThat(only().unhealthy()).isEmpty();
  }

  private GodReply apply(AppSpec spec) {
    return ask(new GodCommand.Apply(List.of(spec), Optional.empty(), false, true, false));
  }

  private static HealthProbes readinessProbeOf(String port) {
    var probe = new HealthProbes.Probe(new ProbeHandler.Tcp("h", port), RHYTHM);
    return new HealthProbes(Optional.empty(), Optional.of(probe), Optional.empty());
  }

  /// Starts an app and brings it online by its probe.
  private WorkerId startOnline(HealthProbes healthProbes) {
    Future<GodReply> started = startAsync(app(healthProbes));
    WorkerId worker = awaitCommand(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Ready(worker));
    assertThat(await(started).problems()).isEmpty();
    return worker;
  }

  @Test
  void changedProbesApplyToTheSameProcess() {
    WorkerId worker = startOnline(readinessProbeOf("1"));
    report(new SatanReport.Unhealthy(worker, "h:1 refuses"));
    awaitEvent(Kind.UNHEALTHY, "refuses");
    assertThat(apply(app(readinessProbeOf("2"))).problems()).isEmpty();
    assertThat(awaitCommand(SatanCommand.StartMonitoring.class, 2))
        .isEqualTo(
            new SatanCommand.StartMonitoring(
                worker,
                app(readinessProbeOf("2")),
                commandsOf(SatanCommand.StartMonitoring.class).getFirst().variables(),
                true));
    assertThat(awaitCommand(SatanCommand.ProcessStarted.class, 2).process())
        .isEqualTo(awaitSpawn(1).identity);
    awaitEvent(Kind.RECOVERED, "its probes have changed");
    report(new SatanReport.Unhealthy(worker, "h:2 refuses"));
    awaitEvent(Kind.UNHEALTHY, "h:2 refuses");
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(host.spawns).hasSize(1);
    assertThat(commandsOf(SatanCommand.StopMonitoring.class)).isEmpty();
  }

  @Test
  void removingAndAddingProbesStopsAndStartsMonitoring() {
    WorkerId worker = startOnline(readinessProbeOf("1"));
    apply(app(HealthProbes.NONE));
    assertThat(awaitCommand(SatanCommand.StopMonitoring.class, 1).worker()).isEqualTo(worker);
    apply(app(ALIVE));
    assertThat(awaitCommand(SatanCommand.StartMonitoring.class, 2).ready()).isTrue();
    awaitCommand(SatanCommand.ProcessStarted.class, 2);
    apply(app(ALIVE));
    assertThat(host.spawns).hasSize(1);
    assertThat(commandsOf(SatanCommand.StartMonitoring.class)).hasSize(2);
  }

  @Test
  void instanceWaitingForARemovedProbeIsOnline() {
    Future<GodReply> started = startAsync(app(readinessProbeOf("1")));
    awaitCommand(SatanCommand.ProcessStarted.class, 1);
    Eventually.await("the process is spawned", LONG, () -> only().process().isPresent());
    apply(app(readinessProbeOf("2")));
    assertThat(awaitCommand(SatanCommand.StartMonitoring.class, 2).ready()).isFalse();
    assertThat(only().phase()).isEqualTo(Phase.LAUNCHING);
    apply(app(HealthProbes.NONE));
    assertThat(await(started).problems()).isEmpty();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(host.spawns).hasSize(1);
  }

  @Test
  void probesReceiveEnvFileVariablesButNoSecrets() throws IOException {
    Path file = Files.writeString(home.resolve("some.env"), "TOKEN=f1\nA=from the file\n");
    Path secret = Files.writeString(home.resolve("secret"), "s3cret");
    var referencedVariables =
        new ReferencedVariables(
            List.of(new EnvFile(file, false)), Map.of("KEY", new SecretSource.FromFile(secret)));
    AppSpec spec =
        app(ALIVE).toBuilder()
            .variables(
                new EnvironmentVariables(
                    Map.of(),
                    Map.of("A", "1"),
                    Set.of(),
                    InheritFilter.NOTHING,
                    referencedVariables))
            .build();
    assertThat(await(startAsync(spec)).problems()).isEmpty();
    assertThat(host.spawns.getFirst().environment()).containsEntry("KEY", "s3cret");
    assertThat(awaitCommand(SatanCommand.StartMonitoring.class, 1).variables())
        .containsEntry("TOKEN", "f1")
        .containsEntry("A", "1")
        .doesNotContainKey("KEY");
    Files.writeString(file, "TOKEN=f2\nPORT=80\n");
    host.variables.put("TOKEN", "f1");
    restartDaemon();
    assertThat(awaitCommand(SatanCommand.StartMonitoring.class, 2).variables())
        .as("variables the process was started with")
        .containsEntry("TOKEN", "f1")
        .containsEntry("PORT", "80")
        .doesNotContainKey("KEY");
    Files.delete(file);
    restartDaemon();
    assertThat(awaitCommand(SatanCommand.StartMonitoring.class, 3).variables())
        .containsEntry("A", "1")
        .doesNotContainKey("TOKEN");
  }
}
