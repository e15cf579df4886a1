package io.jpm.supervise;

import static io.jpm.supervise.InstanceDriver.CLEAN;
import static io.jpm.supervise.InstanceDriver.CRASH;
import static io.jpm.supervise.InstanceDriver.PM2;
import static io.jpm.supervise.InstanceDriver.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How a run begins, and what follows when it ends by itself.
class SupervisionTest {
  private static final SupervisionPolicy DELAYED =
      InstanceDriver.with(new Backoff.Constant(Duration.ofMillis(800)));

  @Test
  void startSpawnsAProcessAtOnce() {
    InstanceDriver instanceDriver = InstanceDriver.of(PM2).start();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(instanceDriver.state().startBlocker()).isEqualTo(StartBlocker.SPAWN);
    assertThat(instanceDriver.effects())
        .containsExactly(
            new CancelTimer(InstanceTimer.RESTART),
            announce(LifecycleChange.START),
            new SupervisionEffect.Spawn(1));
    assertThat(instanceDriver.spawned().phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceDriver.effects()).containsExactly(announce(LifecycleChange.ONLINE));
  }

  @Test
  void crashedProcessIsRestartedAtOnce() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).advance(12).exits(CRASH);
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().restarts()).isEqualTo(1);
    assertThat(instanceDriver.reason()).isEqualTo("exit 1 after 12 ms, restart 1/16");
  }

  @Test
  void programThatExitsAtOnceIsErroredAfterSixteenLaunches() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2);
    int launches = 1;
    while (instanceDriver.advance(5).exits(CRASH).phase() == Phase.LAUNCHING) {
      launches++;
      instanceDriver.spawned();
    }
    assertThat(launches).isEqualTo(16);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ERRORED);
    assertThat(instanceDriver.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(instanceDriver.state().restarts()).isEqualTo(15);
    assertThat(instanceDriver.state().unstable()).isZero();
    assertThat(instanceDriver.reason())
        .isEqualTo(
            "exit 1 after 5 ms: gave up after 16 runs in a row shorter than 1 s (max_restarts 16)");
  }

  @Test
  void lastErrorLineIsPartOfTheReasonOfAFailure() {
    Exit crash = CRASH;
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).advance(361);
    instanceDriver.on(
        new SupervisionEvent.Exited(
            1, crash, false, "", "Error: listen EADDRINUSE :::3000", Optional.empty()));
    assertThat(instanceDriver.reason())
        .isEqualTo("exit 1 after 361 ms: Error: listen EADDRINUSE :::3000; restart 1/16");
    InstanceDriver clean = InstanceDriver.online(PM2).advance(361);
    clean.on(new SupervisionEvent.Exited(1, CLEAN, false, "", "GET / 200", Optional.empty()));
    assertThat(clean.reason()).isEqualTo("exit 0 after 361 ms, restart 1/16");
    InstanceDriver last = InstanceDriver.online(InstanceDriver.withMaxRestarts(1)).advance(5);
    last.on(new SupervisionEvent.Exited(1, crash, false, "", "fatal: no disk", Optional.empty()));
    assertThat(last.reason())
        .isEqualTo(
            "exit 1 after 5 ms: fatal: no disk; gave up after 1 run shorter than 1 s (max_restarts 1)");
  }

  @Test
  void stableRunResetsTheCountOfUnstableRestarts() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).advance(5).exits(CRASH).spawned().advance(2000).exits(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(instanceDriver.state().unstable()).isZero();
    assertThat(instanceDriver.reason()).isEqualTo("exit 1 after 2 s, restart");
  }

  /// PM2 stops counting when a process is 16 s old (defect 1).
  @Test
  void maxRestartsAppliesHoweverOldTheAppIs() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.withMaxRestarts(2)).advance(3_600_000).exits(CRASH);
    instanceDriver.spawned().advance(5).exits(CRASH).spawned().advance(5).exits(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ERRORED);
  }

  /// PM2 leaves the app `online` without a process (defect 2).
  @Test
  void spawnFailureLeadsToErroredWithItsReason() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(PM2).start().spawnFails("/x is not executable", false);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ERRORED);
    assertThat(instanceDriver.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(instanceDriver.reason()).isEqualTo("/x is not executable");
    assertThat(instanceDriver.effects()).containsExactly(announce(LifecycleChange.ERRORED));
  }

  /// PM2 reports "Process N not found" (defect 3).
  @Test
  void restartDuringTheDelayStartsAtOnceAndResetsTheCounters() {
    InstanceDriver instanceDriver = InstanceDriver.online(DELAYED).exits(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(instanceDriver.state().unstable()).isEqualTo(1);
    instanceDriver.restart();
    assertThat(instanceDriver.effects())
        .contains(new CancelTimer(InstanceTimer.RESTART), new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().unstable()).isZero();
  }

  /// PM2 shows "waiting restart" forever (defect 4).
  @Test
  void exitWithoutAutorestartLeadsToStopped() {
    RestartPolicy never =
        new RestartPolicy(When.NEVER, 16, Duration.ofSeconds(1), Duration.ofMillis(800));
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(never)).advance(5000).exits(CLEAN);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason()).isEqualTo("exit 0 after 5 s, autorestart is off");
    assertThat(instanceDriver.effects())
        .containsExactly(announce(LifecycleChange.EXIT), announce(LifecycleChange.STOP));
  }

  @Test
  void exitWithoutAutorestartLeavesTheDesiredStateIdle() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(When.NEVER)).advance(5000).exits(CLEAN);
    assertThat(instanceDriver.state().desiredState()).isEqualTo(DesiredState.IDLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALWAYS", "ON_FAILURE"})
  void stopExitCodeOverridesThePolicy(When when) {
    SupervisionPolicy supervisionPolicy = InstanceDriver.withStopCodes(when, 3, 4);
    InstanceDriver instanceDriver =
        InstanceDriver.online(supervisionPolicy).advance(2000).exits(new Exit.Code(3));
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason()).isEqualTo("exit 3 after 2 s, in stop_exit_codes");
    assertThat(InstanceDriver.online(supervisionPolicy).exits(new Exit.Code(5)).phase())
        .isEqualTo(Phase.LAUNCHING);
  }

  @Test
  void stopExitCodeDoesNotMatchASignalNumber() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.withStopCodes(When.ALWAYS, 9));
    assertThat(instanceDriver.exits(new Exit.Signalled(9, false)).phase())
        .isEqualTo(Phase.LAUNCHING);
  }

  @Test
  void cleanExitWithOnFailureLeadsToStoppedWithTheReason() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(When.ON_FAILURE)).advance(5000).exits(CLEAN);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason()).isEqualTo("exit 0 after 5 s, restart is on-failure");
  }

  @Test
  void restartDelayIsAwaitedAndReported() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(DELAYED).advance(3).exits(new Exit.Signalled(9, false));
    assertThat(instanceDriver.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(instanceDriver.reason()).isEqualTo("SIGKILL after 3 ms, restart 1/16 in 800 ms");
    assertThat(instanceDriver.effects()).contains(instanceDriver.timer(InstanceTimer.RESTART, 800));
    assertThat(instanceDriver.timerFires(InstanceTimer.RESTART).effects())
        .containsExactly(
            new CancelTimer(InstanceTimer.RESTART),
            announce(LifecycleChange.RESTART),
            new SupervisionEffect.Spawn(2));
  }

  @Test
  void stopDuringTheDelayIsImmediate() {
    InstanceDriver instanceDriver = InstanceDriver.online(DELAYED).exits(CRASH).stop();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.effects())
        .containsExactly(new CancelTimer(InstanceTimer.RESTART), announce(LifecycleChange.STOP));
  }

  @Test
  void leftoversAreEndedBeforeTheNextProcessStarts() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).advance(1).exitsWithLeftovers(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.EXIT),
            instanceDriver.signal(PM2.stop().signal()),
            instanceDriver.timer(InstanceTimer.KILL, 1600));
    instanceDriver.treeGone();
    assertThat(instanceDriver.effects())
        .contains(new CancelTimer(InstanceTimer.KILL), new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().unstable()).isEqualTo(1);
    assertThat(instanceDriver.reason()).isEqualTo("exit 1 after 1 ms, restart 1/16");
  }

  @ParameterizedTest
  @CsvSource({
    "NEVER, 16, STOPPED, 'exit 1 after 1 ms, autorestart is off'",
    "ALWAYS, 1, ERRORED, 'exit 1 after 1 ms: gave up after 1 run shorter than 1 s (max_restarts 1)'",
  })
  void decisionAtTheExitIsKeptUntilTheLeftoversAreGone(
      When when, int maxRestarts, Phase end, String reason) {
    var restart = new RestartPolicy(when, maxRestarts, Duration.ofSeconds(1), Duration.ZERO);
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(restart)).advance(1).exitsWithLeftovers(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.reason()).isEqualTo(reason);
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(end);
    assertThat(instanceDriver.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(instanceDriver.reason()).isEqualTo(reason);
  }

  @Test
  void temporarySpawnFailureIsRetriedAfterASecond() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(PM2).start().spawnFails("no more processes", true);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(instanceDriver.effects())
        .containsExactly(instanceDriver.timer(InstanceTimer.RESTART, 1000));
    assertThat(instanceDriver.reason()).isEqualTo("no more processes, restart 1/16 in 1 s");
    instanceDriver.timerFires(InstanceTimer.RESTART);
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.RESTART), instanceDriver.spawn());
    assertThat(instanceDriver.state().restarts()).isEqualTo(1);
  }

  @Test
  void temporarySpawnFailureUsesALongerConfiguredDelay() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(InstanceDriver.with(new Backoff.Constant(Duration.ofSeconds(7)))).start();
    assertThat(instanceDriver.spawnFails("no memory", true).effects())
        .containsExactly(instanceDriver.timer(InstanceTimer.RESTART, 7000));
  }

  @Test
  void repeatedTemporarySpawnFailuresLeadToErrored() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(InstanceDriver.withMaxRestarts(2)).start().spawnFails("no memory", true);
    instanceDriver.timerFires(InstanceTimer.RESTART).spawnFails("no memory", true);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ERRORED);
    assertThat(instanceDriver.reason())
        .isEqualTo("no memory: gave up after 2 failed starts in a row (max_restarts 2)");
  }

  @Test
  void temporarySpawnFailureOfAJobIsRetried() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(InstanceDriver.with(When.NEVER)).start().spawnFails("no memory", true);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.WAITING_RESTART);
  }

  @Test
  void restartDuringASpawnThatFailsIsDone() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(PM2).start().restart().spawnFails("/old is not executable", false);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void restartDuringTheSpawnReplacesTheNewProcess() {
    InstanceDriver instanceDriver = InstanceDriver.of(PM2).start().restart().spawned();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void startOfARunningAppChangesNothing() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2);
    InstanceState before = instanceDriver.state();
    assertThat(instanceDriver.start().state()).isEqualTo(before);
    assertThat(instanceDriver.effects()).isEmpty();
  }

  @Test
  void commandLeavesErroredAndResetsTheCounters() {
    InstanceDriver instanceDriver = InstanceDriver.errored().start();
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().counters()).isEqualTo(RestartCounters.ZERO);
    assertThat(InstanceDriver.errored().stop().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void exitOfAnOldGenerationIsIgnored() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).exits(CRASH).spawned();
    InstanceState before = instanceDriver.state();
    assertThat(instanceDriver.on(new SupervisionEvent.Exited(1, CRASH, true)).state())
        .isEqualTo(before);
    assertThat(instanceDriver.effects()).isEmpty();
  }

  @Test
  void daemonizedProgramIsEndedAndErrored() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).advance(8).daemonizes(8);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.ERRORED);
    assertThat(instanceDriver.reason()).isEqualTo("exit 0 after 8 ms: it daemonized itself");
    assertThat(instanceDriver.state().restarts()).isZero();
  }

  @Test
  void exitWithLeftoversAfterALongerRunLeadsToARestart() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).advance(1000).daemonizes(1000).treeGone();
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.reason()).doesNotContain("daemonized");
  }

  @Test
  void daemonizedProgramIsStoppedIfThePolicyWouldNotRestartIt() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(When.ON_FAILURE)).advance(8);
    assertThat(instanceDriver.daemonizes(8).treeGone().phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason())
        .isEqualTo("exit 0 after 8 ms: it daemonized itself; restart is on-failure");
  }

  @Test
  void daemonizedProgramCanBeRestartedByCommand() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).advance(8).daemonizes(8);
    assertThat(instanceDriver.restart().treeGone().effects())
        .contains(new SupervisionEffect.Spawn(2));
  }
}
