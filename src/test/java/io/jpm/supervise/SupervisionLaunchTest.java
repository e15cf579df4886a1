package io.jpm.supervise;

import static io.jpm.supervise.InstanceDriver.CLEAN;
import static io.jpm.supervise.InstanceDriver.CRASH;
import static io.jpm.supervise.InstanceDriver.PM2;
import static io.jpm.supervise.InstanceDriver.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// Conditions of a launch: the apps that it depends on, its process, its readiness.
class SupervisionLaunchTest {
  private static final SupervisionPolicy DEPENDENT = InstanceDriver.dependent();
  private static final SupervisionPolicy READINESS =
      InstanceDriver.awaitingReady(RestartPolicy.DEFAULT);

  private static SupervisionPolicy readiness(When when, int maxRestarts) {
    return InstanceDriver.awaitingReady(
        new RestartPolicy(when, maxRestarts, Duration.ofSeconds(1), Duration.ZERO));
  }

  @Test
  void startWaitsForItsDependencies() {
    InstanceDriver instanceDriver = InstanceDriver.of(DEPENDENT).start();
    assertThat(instanceDriver.state().awaits(StartBlocker.DEPENDENCIES)).isTrue();
    assertThat(instanceDriver.reason()).isEqualTo("waiting for the apps it depends on");
    assertThat(instanceDriver.effects())
        .containsExactly(
            new CancelTimer(InstanceTimer.RESTART),
            announce(LifecycleChange.START),
            new SupervisionEffect.AwaitDependencies(1));
    instanceDriver.dependenciesMet();
    assertThat(instanceDriver.state().awaits(StartBlocker.SPAWN)).isTrue();
    assertThat(instanceDriver.effects()).containsExactly(new SupervisionEffect.Spawn(1));
  }

  @Test
  void failedDependencyIsTheReasonOfErrored() {
    InstanceDriver instanceDriver = InstanceDriver.of(DEPENDENT).start();
    instanceDriver.on(new SupervisionEvent.DependencyFailed(1, "db is errored"));
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ERRORED);
    assertThat(instanceDriver.reason()).isEqualTo("db is errored");
    assertThat(instanceDriver.effects()).containsExactly(announce(LifecycleChange.ERRORED));
  }

  @Test
  void stopDuringTheWaitForDependenciesIsImmediateAndFinal() {
    InstanceDriver instanceDriver = InstanceDriver.of(DEPENDENT).start().stop();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.effects()).containsExactly(announce(LifecycleChange.STOP));
    assertThat(instanceDriver.dependenciesMet().effects()).isEmpty();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void startOrRestartDuringTheWaitForDependenciesChangesNothing() {
    InstanceDriver instanceDriver = InstanceDriver.of(DEPENDENT).start();
    InstanceState before = instanceDriver.state();
    assertThat(instanceDriver.start().state()).isEqualTo(before);
    assertThat(instanceDriver.restart().state()).isEqualTo(before);
    assertThat(instanceDriver.effects()).isEmpty();
  }

  @Test
  void crashedProcessIsRestartedWithoutWaitingForDependencies() {
    assertThat(InstanceDriver.online(DEPENDENT).exits(CRASH).effects())
        .contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void restartByCommandDoesNotWaitForDependencies() {
    assertThat(InstanceDriver.online(DEPENDENT).restart().treeGone().effects())
        .contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void processIsOnlineOnlyWhenItReportsReady() {
    InstanceDriver instanceDriver = InstanceDriver.of(READINESS).start().spawned();
    assertThat(instanceDriver.state().awaits(StartBlocker.READINESS)).isTrue();
    assertThat(instanceDriver.effects())
        .containsExactly(instanceDriver.timer(InstanceTimer.READY, 3000));
    instanceDriver.ready();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceDriver.effects())
        .containsExactly(new CancelTimer(InstanceTimer.READY), announce(LifecycleChange.ONLINE));
  }

  @Test
  void secondReadyReportChangesNothing() {
    InstanceDriver instanceDriver = InstanceDriver.online(READINESS);
    assertThat(instanceDriver.ready().effects()).isEmpty();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ONLINE);
  }

  /// PM2 treats the timeout as a success.
  @Test
  void readinessTimeoutIsAFailure() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(READINESS)
            .start()
            .spawned()
            .advance(3000)
            .timerFires(InstanceTimer.READY);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.reason()).isEqualTo("not ready within 3 s (listen_timeout)");
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.STOPPING),
            instanceDriver.signal(Signal.SIGINT),
            instanceDriver.timer(InstanceTimer.KILL, 1600));
    assertThat(instanceDriver.state().unstable()).isEqualTo(1);
    instanceDriver.exits(CLEAN).treeGone();
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.reason())
        .isEqualTo("not ready within 3 s (listen_timeout), restart 1/16");
    assertThat(instanceDriver.state().lastExit()).contains(CLEAN);
  }

  @Test
  void cleanExitAfterAReadinessTimeoutIsStillAFailure() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(readiness(When.ON_FAILURE, 16))
            .start()
            .spawned()
            .timerFires(InstanceTimer.READY);
    assertThat(instanceDriver.exits(CLEAN).treeGone().effects())
        .contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void appThatIsNeverReadyBecomesErroredHoweverLongItRuns() {
    InstanceDriver instanceDriver = InstanceDriver.of(readiness(When.ALWAYS, 2)).start();
    instanceDriver.spawned().advance(60_000).timerFires(InstanceTimer.READY).treeGone();
    instanceDriver.spawned().advance(60_000).timerFires(InstanceTimer.READY);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.ERRORED);
    assertThat(instanceDriver.reason())
        .isEqualTo(
            "not ready within 3 s (listen_timeout): gave up after 2 failed starts in a row"
                + " (max_restarts 2)");
  }

  @Test
  void jobThatIsNotReadyInTimeIsNotRestarted() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(readiness(When.NEVER, 16))
            .start()
            .spawned()
            .timerFires(InstanceTimer.READY);
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(instanceDriver.reason())
        .isEqualTo("not ready within 3 s (listen_timeout), autorestart is off");
  }

  @Test
  void exitBeforeReadinessAlwaysCountsAsUnstable() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(READINESS).start().spawned().advance(2500).exits(CRASH);
    assertThat(instanceDriver.state().unstable()).isEqualTo(1);
    assertThat(instanceDriver.reason())
        .isEqualTo("exit 1 after 2.5 s, before it was ready, restart 1/16");
    assertThat(instanceDriver.effects())
        .startsWith(new CancelTimer(InstanceTimer.READY), announce(LifecycleChange.EXIT));
  }

  @Test
  void stopBeforeReadinessEndsTheProcess() {
    InstanceDriver instanceDriver = InstanceDriver.of(READINESS).start().spawned().stop();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.effects()).startsWith(new CancelTimer(InstanceTimer.READY));
    assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGINT));
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void restartBeforeReadinessReplacesTheProcess() {
    InstanceDriver instanceDriver = InstanceDriver.of(READINESS).start().spawned().restart();
    assertThat(instanceDriver.effects()).startsWith(new CancelTimer(InstanceTimer.READY));
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().unstable()).isZero();
  }

  @Test
  void stopDuringTheSpawnStopsTheSpawnedProcess() {
    InstanceDriver instanceDriver = InstanceDriver.of(PM2).start().stop();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(instanceDriver.spawned().phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGINT));
  }

  @Test
  void spawnThatFailsAfterAStopLeadsToStopped() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(PM2).start().stop().spawnFails("no memory", true);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason()).isEqualTo("stopped by command");
  }
}
