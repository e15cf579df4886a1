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
import io.jpm.model.Check;
import io.jpm.model.EnvFile;
import io.jpm.model.Health;
import io.jpm.model.InheritFilter;
import io.jpm.model.Readiness;
import io.jpm.model.ReferencedVariables;
import io.jpm.model.RestartPolicy;
import io.jpm.model.Secret;
import io.jpm.model.Variables;
import io.jpm.model.run.Phase;
import io.jpm.model.run.WorkerId;
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
class HealthTest extends GodHarness {
  private static final Check.Rhythm RHYTHM =
      new Check.Rhythm(Duration.ofMillis(1), Duration.ofMillis(1), 1, 1, Duration.ZERO);
  private static final Optional<Health.Probe> PROBE =
      Optional.of(new Health.Probe(new Check.Tcp("h", "1"), RHYTHM));
  private static final Health GATED = new Health(Optional.empty(), PROBE, PROBE);
  private static final Health ALIVE = new Health(Optional.empty(), Optional.empty(), PROBE);

  private final List<SatanCommand> told = new CopyOnWriteArrayList<>();
  private final List<Message<SatanCommand>> unanswered = new CopyOnWriteArrayList<>();
  private volatile boolean answers = true;

  @Override
  public void beforeGod() {
    vertx
        .eventBus()
        .<SatanCommand>consumer(
            Addresses.SATAN_COMMAND,
            message -> {
              told.add(message.body());
              if (message.body() instanceof SatanCommand.StartMonitoring) {
                if (answers) {
                  message.reply(new SatanReply.Done());
                } else {
                  unanswered.add(message);
                }
              }
            });
  }

  private <T extends SatanCommand> List<T> all(Class<T> type) {
    return told.stream().filter(type::isInstance).map(type::cast).toList();
  }

  private <T extends SatanCommand> T awaitTold(Class<T> type, int count) {
    Eventually.await(
        count + " " + type.getSimpleName(), LONG, () -> all(type).size() >= count, told::toString);
    return all(type).get(count - 1);
  }

  private void report(SatanReport report) {
    vertx.eventBus().publish(Addresses.SATAN_REPORTS, report);
  }

  private Future<GodReply> begin(AppSpec spec) {
    return vertx
        .eventBus()
        .<GodReply>request(
            Addresses.GOD_COMMAND,
            new GodCommand.StartApps(List.of(spec), GodCommand.Existing.REFUSE_RUNNING))
        .map(Message::body);
  }

  private static AppSpec app(Health health) {
    return spec("web").draft().health(health).build();
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

  private FakeProcess made(int count) {
    Eventually.await(count + " are made", LONG, () -> host.spawns.size() >= count);
    return Objects.requireNonNull(host.made.get(host.spawns.get(count - 1).tag()));
  }

  @Test
  void noProcessIsMadeBeforeSatanListens() {
    answers = false;
    Future<GodReply> started = begin(app(GATED));
    SatanCommand.StartMonitoring startMonitoring = awaitTold(SatanCommand.StartMonitoring.class, 1);
    assertThat(startMonitoring.variables()).containsEntry("A", "1");
    assertThat(startMonitoring.ready()).isFalse();
    assertThat(host.spawns).isEmpty();
    unanswered.forEach(message -> message.reply(new SatanReply.Done()));
    SatanCommand.ProcessStarted processStarted = awaitTold(SatanCommand.ProcessStarted.class, 1);
    assertThat(processStarted.process()).isEqualTo(made(1).identity);
    report(new SatanReport.Ready(startMonitoring.worker()));
    assertThat(await(started).problems()).isEmpty();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void ofAnAppWithoutChecksNothingIsSaid() {
    start(spec("web"));
    assertThat(told).isEmpty();
    assertThat(events).noneMatch(event -> event.kind() == Kind.READY);
  }

  @Test
  void anInstanceIsOnlineWhenItsChecksHavePassedAndItHasSaidSo() {
    AppSpec both =
        app(GATED).draft().readiness(new Readiness(true, Duration.ofSeconds(30))).build();
    Future<GodReply> started = begin(both);
    WorkerId worker = awaitTold(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Ready(worker));
    Eventually.await(
        "the reason is that the app has not reported ready",
        LONG,
        () -> only().reason().endsWith("it has not reported ready"));
    assertThat(only().phase()).isEqualTo(Phase.LAUNCHING);
    made(1).says("\"ready\"");
    assertThat(await(started).problems()).isEmpty();
    assertThat(awaitTold(SatanCommand.SaidReady.class, 1).worker()).isEqualTo(worker);
    awaitEvent(Kind.READY, "it has reported ready and its checks have passed");
    assertThat(events.stream().map(InstanceEvent::kind))
        .containsExactly(Kind.START, Kind.READY, Kind.ONLINE);
  }

  @Test
  void whatItLacksIsTheReasonOfAFailedStart() {
    AppSpec brief =
        app(GATED).draft().readiness(new Readiness(false, Duration.ofSeconds(2))).build();
    Future<GodReply> started = begin(brief);
    WorkerId worker = awaitTold(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.NotYet(worker, "h:1 answers 503"));
    awaitEvent(Kind.STOPPING, "not ready within 2 s: h:1 answers 503");
    awaitTold(SatanCommand.StopMonitoring.class, 1);
    assertThat(started.isComplete()).isFalse();
  }

  /// The command waits for readiness, so a restart must not report success either.
  @ParameterizedTest
  @Representatives(1)
  @ValueSource(booleans = {false, true})
  void aRestartWhoseProcessDoesNotGetReadyFails(boolean byReload) {
    AppSpec brief =
        app(GATED).draft().readiness(new Readiness(false, Duration.ofSeconds(2))).build();
    Future<GodReply> started = begin(brief);
    report(new SatanReport.Ready(awaitTold(SatanCommand.ProcessStarted.class, 1).worker()));
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
        new SatanReport.NotYet(
            awaitTold(SatanCommand.ProcessStarted.class, 2).worker(), "h:1 answers 503"));
    assertThat(await(restarted).problems())
        .singleElement()
        .asString()
        .contains("not ready within 2 s: h:1 answers 503");
  }

  @Test
  void badHealthIsShownAndToldAndSoIsGoodHealth() {
    start(app(ALIVE));
    WorkerId worker = awaitTold(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Unhealthy(worker, "no answer"));
    awaitEvent(Kind.UNHEALTHY, "no answer");
    assertThat(only().unhealthy()).contains("no answer");
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    report(new SatanReport.Recovered(worker));
    awaitEvent(Kind.RECOVERED, "its checks pass again");
    assertThat(only().unhealthy()).isEmpty();
    report(new SatanReport.Says(worker, "3 jobs left"));
    Eventually.await("the status text is shown", LONG, () -> only().status().equals("3 jobs left"));
  }

  @Test
  void whatIsSaidOfAnEarlierProcessIsIgnored() {
    start(app(ALIVE));
    WorkerId worker = awaitTold(SatanCommand.ProcessStarted.class, 1).worker();
    act(GodCommand.Action.RESTART, "web");
    awaitTold(SatanCommand.ProcessStarted.class, 2);
    assertThat(all(SatanCommand.StopMonitoring.class))
        .containsExactly(new SatanCommand.StopMonitoring(worker));
    report(new SatanReport.Unhealthy(worker, "late"));
    report(new SatanReport.Dead(worker, "late"));
    report(new SatanReport.Says(awaitTold(SatanCommand.ProcessStarted.class, 2).worker(), "here"));
    Eventually.await("the last report has arrived", LONG, () -> only().status().equals("here"));
    assertThat(only().unhealthy()).isEmpty();
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void whoIsDeadIsRestartedInForkMode() {
    start(app(ALIVE));
    report(
        new SatanReport.Dead(
            awaitTold(SatanCommand.ProcessStarted.class, 1).worker(), "no answer"));
    awaitOnline(1);
    assertThat(only().reason()).startsWith("liveness: no answer");
  }

  @Test
  void whoIsDeadIsReplacedInClusterModeByAProcessThatIsReady() {
    // With such timing, any run counts as long enough.
    RestartPolicy usual = RestartPolicy.DEFAULT;
    var brief =
        new RestartPolicy(
            usual.when(), 16, Duration.ofMillis(1), usual.backoff(), usual.stopExitCodes());
    AppSpec web = cluster("web", 2).draft().health(ALIVE).restart(brief).build();
    start(web);
    awaitTold(SatanCommand.ProcessStarted.class, 2);
    SatanCommand.ProcessStarted first = all(SatanCommand.ProcessStarted.class).getFirst();
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
  void ofOneThatListensAndIsNotReadyItIsNotSaidThatItDoesNotListen() {
    balancer.preparing =
        _ ->
            new BalancerReply.Prepared(
                List.of(), List.of(), Map.of(), List.of(), true, "nothing listens", "memo", true);
    AppSpec web = cluster("web", 1).draft().health(GATED).build();
    Future<GodReply> started = begin(web);
    report(new SatanReport.Ready(awaitTold(SatanCommand.ProcessStarted.class, 1).worker()));
    await(started);
    AppSpec never = web.draft().readiness(new Readiness(false, Duration.ofSeconds(2))).build();
    Future<GodReply> reload =
        vertx
            .eventBus()
            .<GodReply>request(
                Addresses.GOD_COMMAND,
                new GodCommand.Reload(List.of(), List.of(never), 1, Optional.empty()))
            .map(Message::body);
    balancer.listening(awaitTold(SatanCommand.ProcessStarted.class, 2).worker());
    assertThat(await(reload).problems())
        .singleElement()
        .asString()
        .contains(
            "did not become ready: not ready within 2 s (listen_timeout); pid "
                + made(1).identity.pid());
  }

  @Test
  void whoWasReadyBeforeTheDaemonDiedIsReadyAfterIt() {
    Future<GodReply> started = begin(app(GATED));
    report(new SatanReport.Ready(awaitTold(SatanCommand.ProcessStarted.class, 1).worker()));
    await(started);
    told.clear();
    reboot();
    assertThat(awaitTold(SatanCommand.StartMonitoring.class, 1).ready()).isTrue();
    assertThat(awaitTold(SatanCommand.ProcessStarted.class, 1).process())
        .isEqualTo(made(1).identity);
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(host.spawns).hasSize(1);
  }

  @Test
  void whatIsStoppedIsLookedAfterNoMore() {
    start(app(ALIVE));
    WorkerId worker = awaitTold(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Unhealthy(worker, "no answer"));
    awaitEvent(Kind.UNHEALTHY, "no answer");
    act(GodCommand.Action.STOP, "web");
    assertThat(awaitTold(SatanCommand.StopMonitoring.class, 1).worker()).isEqualTo(worker);
    assertThat(only().unhealthy()).isEmpty();
  }

  private GodReply apply(AppSpec spec) {
    return ask(new GodCommand.Apply(List.of(spec), Optional.empty(), false, true, false));
  }

  private static Health asking(String port) {
    var probe = new Health.Probe(new Check.Tcp("h", port), RHYTHM);
    return new Health(Optional.empty(), Optional.of(probe), Optional.empty());
  }

  /// Starts an app and brings it online by its probe.
  private WorkerId online(Health health) {
    Future<GodReply> started = begin(app(health));
    WorkerId worker = awaitTold(SatanCommand.ProcessStarted.class, 1).worker();
    report(new SatanReport.Ready(worker));
    assertThat(await(started).problems()).isEmpty();
    return worker;
  }

  @Test
  void otherChecksAreMadeOfTheSameProcess() {
    WorkerId worker = online(asking("1"));
    report(new SatanReport.Unhealthy(worker, "h:1 refuses"));
    awaitEvent(Kind.UNHEALTHY, "refuses");
    assertThat(apply(app(asking("2"))).problems()).isEmpty();
    assertThat(awaitTold(SatanCommand.StartMonitoring.class, 2))
        .isEqualTo(
            new SatanCommand.StartMonitoring(
                worker,
                app(asking("2")),
                all(SatanCommand.StartMonitoring.class).getFirst().variables(),
                true));
    assertThat(awaitTold(SatanCommand.ProcessStarted.class, 2).process())
        .isEqualTo(made(1).identity);
    awaitEvent(Kind.RECOVERED, "its checks have changed");
    report(new SatanReport.Unhealthy(worker, "h:2 refuses"));
    awaitEvent(Kind.UNHEALTHY, "h:2 refuses");
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(host.spawns).hasSize(1);
    assertThat(all(SatanCommand.StopMonitoring.class)).isEmpty();
  }

  @Test
  void whatIsCheckedNoMoreIsLeftAndWhatIsCheckedOnlyNowIsAskedFor() {
    WorkerId worker = online(asking("1"));
    apply(app(Health.NONE));
    assertThat(awaitTold(SatanCommand.StopMonitoring.class, 1).worker()).isEqualTo(worker);
    apply(app(ALIVE));
    assertThat(awaitTold(SatanCommand.StartMonitoring.class, 2).ready()).isTrue();
    awaitTold(SatanCommand.ProcessStarted.class, 2);
    apply(app(ALIVE));
    assertThat(host.spawns).hasSize(1);
    assertThat(all(SatanCommand.StartMonitoring.class)).hasSize(2);
  }

  @Test
  void whoeverWaitsForACheckThatIsNotMadeAnyMoreIsOnline() {
    Future<GodReply> started = begin(app(asking("1")));
    awaitTold(SatanCommand.ProcessStarted.class, 1);
    Eventually.await("the process is spawned", LONG, () -> only().process().isPresent());
    apply(app(asking("2")));
    assertThat(awaitTold(SatanCommand.StartMonitoring.class, 2).ready()).isFalse();
    assertThat(only().phase()).isEqualTo(Phase.LAUNCHING);
    apply(app(Health.NONE));
    assertThat(await(started).problems()).isEmpty();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(host.spawns).hasSize(1);
  }

  @Test
  void checksHaveWhatFilesSayAndNoSecrets() throws IOException {
    Path file = Files.writeString(home.resolve("some.env"), "TOKEN=f1\nA=from the file\n");
    Path secret = Files.writeString(home.resolve("secret"), "s3cret");
    var referencedVariables =
        new ReferencedVariables(
            List.of(new EnvFile(file, false)), Map.of("KEY", new Secret.InFile(secret)));
    AppSpec spec =
        app(ALIVE)
            .draft()
            .variables(
                new Variables(
                    Map.of(),
                    Map.of("A", "1"),
                    Set.of(),
                    InheritFilter.NOTHING,
                    referencedVariables))
            .build();
    assertThat(await(begin(spec)).problems()).isEmpty();
    assertThat(host.spawns.getFirst().environment()).containsEntry("KEY", "s3cret");
    assertThat(awaitTold(SatanCommand.StartMonitoring.class, 1).variables())
        .containsEntry("TOKEN", "f1")
        .containsEntry("A", "1")
        .doesNotContainKey("KEY");
    Files.writeString(file, "TOKEN=f2\nPORT=80\n");
    host.variables.put("TOKEN", "f1");
    reboot();
    assertThat(awaitTold(SatanCommand.StartMonitoring.class, 2).variables())
        .as("variables the process was started with")
        .containsEntry("TOKEN", "f1")
        .containsEntry("PORT", "80")
        .doesNotContainKey("KEY");
    Files.delete(file);
    reboot();
    assertThat(awaitTold(SatanCommand.StartMonitoring.class, 3).variables())
        .containsEntry("A", "1")
        .doesNotContainKey("TOKEN");
  }
}
