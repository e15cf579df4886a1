package io.jpm.supervise;

import static io.jpm.supervise.InstanceDriver.CLEAN;
import static io.jpm.supervise.InstanceDriver.CRASH;
import static io.jpm.supervise.InstanceDriver.PM2;
import static io.jpm.supervise.InstanceDriver.announce;
import static io.jpm.supervise.SupervisionEvent.RestartCause.FILES;
import static io.jpm.supervise.SupervisionEvent.RestartCause.LIMIT;
import static io.jpm.supervise.SupervisionEvent.RestartCause.SCHEDULE;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The effect of schedules, file changes and limits in each phase.
class SupervisionTriggersTest {
  private static final SupervisionPolicy DELAYED =
      InstanceDriver.with(new Backoff.Constant(Duration.ofMillis(800)));
  private static final SupervisionPolicy READINESS =
      InstanceDriver.awaitingReady(RestartPolicy.DEFAULT);

  private static InstanceDriver awaitingReadiness() {
    return InstanceDriver.of(READINESS).start().spawned();
  }

  private static void assertIgnored(
      InstanceDriver instanceDriver, SupervisionEvent.RestartCause restartCause) {
    InstanceState before = instanceDriver.state();
    assertThat(instanceDriver.due(restartCause, "due").state()).isEqualTo(before);
    assertThat(instanceDriver.effects()).isEmpty();
  }

  // Failed health is a failure of the app: see SupervisionHealthTest.
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HEALTH")
  void triggerReplacesARunningProcessGracefully(SupervisionEvent.RestartCause restartCause) {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).due(restartCause, "src/app.js changed");
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.reason()).isEqualTo("src/app.js changed");
    assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGINT));
    instanceDriver.treeGone();
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.RESTART), new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().restarts()).isEqualTo(1);
    assertThat(instanceDriver.reason()).isEqualTo("src/app.js changed");
  }

  @Test
  void onlyAFileChangeResetsTheCountOfCrashes() {
    for (SupervisionEvent.RestartCause restartCause : SupervisionEvent.RestartCause.values()) {
      InstanceDriver instanceDriver =
          InstanceDriver.online(PM2).exits(CRASH).spawned().due(restartCause, "due").treeGone();
      int expected =
          switch (restartCause) {
            case FILES -> 0;
            case SCHEDULE, LIMIT, BALANCE -> 1;
            case HEALTH -> 2;
          };
      assertThat(instanceDriver.state().unstable()).isEqualTo(expected);
    }
  }

  @Test
  void fileChangeResetsTheRestartDelay() {
    var growing = new Backoff.Exponential(Duration.ofMillis(100), Duration.ofSeconds(15), 0);
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(growing))
            .exits(CRASH)
            .timerFires(InstanceTimer.RESTART)
            .spawned();
    assertThat(instanceDriver.state().counters().attempts()).isEqualTo(1);
    assertThat(instanceDriver.due(FILES, "x").treeGone().state().counters().attempts()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"SCHEDULE", "FILES"})
  void scheduleOrFileChangeEndsTheDelay(SupervisionEvent.RestartCause restartCause) {
    InstanceDriver instanceDriver =
        InstanceDriver.online(DELAYED).exits(CRASH).due(restartCause, "due");
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.RESTART), new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.reason()).isEqualTo("due");
    assertThat(instanceDriver.state().restarts()).isEqualTo(1);
    assertThat(instanceDriver.state().unstable()).isEqualTo(restartCause == FILES ? 0 : 1);
  }

  @Test
  void limitDoesNotEndTheDelay() {
    assertIgnored(InstanceDriver.online(DELAYED).exits(CRASH), LIMIT);
  }

  @Test
  void fileChangeDuringTheSpawnReplacesTheNewProcess() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(PM2).start().due(FILES, "app.js changed").spawned();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.reason()).isEqualTo("app.js changed");
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @ParameterizedTest
  @EnumSource(names = {"SCHEDULE", "LIMIT"})
  void scheduleOrLimitDuringTheSpawnIsIgnored(SupervisionEvent.RestartCause restartCause) {
    assertIgnored(InstanceDriver.of(PM2).start(), restartCause);
  }

  @ParameterizedTest
  @EnumSource
  void triggerDuringTheWaitForDependenciesIsIgnored(SupervisionEvent.RestartCause restartCause) {
    assertIgnored(InstanceDriver.of(InstanceDriver.dependent()).start(), restartCause);
  }

  @ParameterizedTest
  @EnumSource(names = {"FILES", "LIMIT"})
  void fileChangeOrLimitReplacesAProcessThatIsNotReady(SupervisionEvent.RestartCause restartCause) {
    InstanceDriver instanceDriver = awaitingReadiness().due(restartCause, "due");
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.effects())
        .startsWith(new SupervisionEffect.CancelTimer(InstanceTimer.READY));
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void scheduleIsIgnoredDuringTheWaitForReadiness() {
    assertIgnored(awaitingReadiness(), SCHEDULE);
  }

  @ParameterizedTest
  @EnumSource
  void triggerDuringAStopIsIgnored(SupervisionEvent.RestartCause restartCause) {
    assertIgnored(InstanceDriver.online(PM2).restart(), restartCause);
    assertIgnored(InstanceDriver.online(PM2).stop(), restartCause);
    assertIgnored(InstanceDriver.of(PM2).start().stop(), restartCause);
  }

  /// In PM2, cron starts an app that a user has stopped (defect 22).
  @ParameterizedTest
  @EnumSource
  void appStoppedByAUserStaysStopped(SupervisionEvent.RestartCause restartCause) {
    assertIgnored(InstanceDriver.online(PM2).stop().treeGone(), restartCause);
    assertIgnored(InstanceDriver.of(PM2).stop(), restartCause);
  }

  @Test
  void scheduleStartsACompletedJob() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(When.NEVER))
            .exits(CLEAN)
            .due(SCHEDULE, "it is 4:00");
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.START), new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().desiredState()).isEqualTo(DesiredState.UP);
    assertThat(instanceDriver.state().restarts()).isZero();
    assertThat(instanceDriver.reason()).isEqualTo("it is 4:00");
  }

  @Test
  void scheduleStartsAnAppThatWasNeverStarted() {
    assertThat(InstanceDriver.of(PM2).due(SCHEDULE, "it is 4:00").effects())
        .contains(announce(LifecycleChange.START), new SupervisionEffect.Spawn(1));
  }

  @ParameterizedTest
  @EnumSource(names = {"FILES", "LIMIT"})
  void fileChangeOrLimitDoesNotStartAnIdleApp(SupervisionEvent.RestartCause restartCause) {
    assertIgnored(InstanceDriver.of(PM2), restartCause);
  }

  @ParameterizedTest
  @EnumSource(names = {"SCHEDULE", "FILES"})
  void scheduleOrFileChangeLeavesErroredAndResetsTheCounters(
      SupervisionEvent.RestartCause restartCause) {
    InstanceDriver instanceDriver = InstanceDriver.errored().due(restartCause, "due");
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.START), new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().counters()).isEqualTo(RestartCounters.ZERO);
  }

  @Test
  void limitDoesNotLeaveErrored() {
    assertIgnored(InstanceDriver.errored(), LIMIT);
  }

  @Test
  void scheduledStartWaitsForDependencies() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(InstanceDriver.dependent()).due(SCHEDULE, "it is 4:00");
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.AwaitDependencies(1));
  }
}
