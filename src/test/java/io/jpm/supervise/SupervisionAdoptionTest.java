package io.jpm.supervise;

import static io.jpm.supervise.InstanceDriver.CLEAN;
import static io.jpm.supervise.InstanceDriver.CRASH;
import static io.jpm.supervise.InstanceDriver.PM2;
import static io.jpm.supervise.InstanceDriver.UNSEEN;
import static io.jpm.supervise.InstanceDriver.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a new daemon continues with what an earlier one left.
class SupervisionAdoptionTest {
  private static final SupervisionPolicy DELAYED =
      InstanceDriver.with(new Backoff.Constant(Duration.ofMillis(800)));
  private static final SupervisionPolicy READINESS =
      InstanceDriver.awaitingReady(RestartPolicy.DEFAULT);
  private static final SupervisionPolicy DEPENDENT = InstanceDriver.dependent();

  @Test
  void adoptedProcessKeepsItsCounters() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).exits(CRASH).spawned().advance(7).adopted(5000);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceDriver.state().counters()).isEqualTo(new RestartCounters(1, 1, 0));
    assertThat(instanceDriver.state().onlineSinceNanos())
        .isEqualTo(Duration.ofMillis(7 - 5000).toNanos());
    assertThat(instanceDriver.effects()).containsExactly(announce(LifecycleChange.ADOPT));
    assertThat(instanceDriver.reason()).isEqualTo("adopted from the previous daemon");
  }

  @Test
  void processBeingSpawnedIsAdopted() {
    assertThat(InstanceDriver.of(PM2).start().adopted(0).phase()).isEqualTo(Phase.ONLINE);
    InstanceDriver instanceDriver = InstanceDriver.of(READINESS).start().adopted(0);
    assertThat(instanceDriver.state().awaits(StartBlocker.READINESS)).isTrue();
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.ADOPT), instanceDriver.timer(InstanceTimer.READY, 3000));
  }

  @Test
  void waitForReadinessStartsOver() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(READINESS).start().spawned().advance(2000).adopted(2000);
    assertThat(instanceDriver.state().awaits(StartBlocker.READINESS)).isTrue();
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.ADOPT), instanceDriver.timer(InstanceTimer.READY, 3000));
    assertThat(instanceDriver.ready().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void readyProcessNeedNotReportReadyAgain() {
    InstanceDriver instanceDriver = InstanceDriver.online(READINESS).adopted(2000);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceDriver.effects()).containsExactly(announce(LifecycleChange.ADOPT));
  }

  @Test
  void processSignalledByTheOldDaemonIsNotSignalledAgain() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).stop().adopted(0);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.effects())
        .contains(instanceDriver.timer(InstanceTimer.KILL, 1600))
        .noneMatch(supervisionEffect -> supervisionEffect instanceof SupervisionEffect.SignalTree);
    assertThat(instanceDriver.exits(new Exit.Code(0)).phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void stopCommandIsRunAgainIfTheSignalWasNotSent() {
    InstanceDriver command =
        InstanceDriver.online(InstanceDriver.with(InstanceDriver.byCommand(true))).stop();
    assertThat(command.adopted(0).effects()).contains(new SupervisionEffect.RunStopCommand(1));
  }

  @Test
  void stopDuringTheSpawnIsDoneByTheNextDaemon() {
    InstanceDriver instanceDriver = InstanceDriver.of(PM2).start().stop().adopted(0);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void restartDuringTheSpawnIsDoneByTheNextDaemon() {
    InstanceDriver instanceDriver = InstanceDriver.of(PM2).start().restart().adopted(0);
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void exitAfterAReadinessTimeoutStillCountsAsAFailure() {
    SupervisionPolicy once =
        InstanceDriver.awaitingReady(
            new RestartPolicy(When.ON_FAILURE, 1, Duration.ofSeconds(1), Duration.ZERO));
    InstanceDriver instanceDriver =
        InstanceDriver.of(once).start().spawned().timerFires(InstanceTimer.READY).adopted(0);
    assertThat(instanceDriver.exits(CLEAN).treeGone().phase()).isEqualTo(Phase.ERRORED);
    InstanceDriver gone =
        InstanceDriver.of(once)
            .start()
            .spawned()
            .timerFires(InstanceTimer.READY)
            .foundGone(CLEAN, false);
    assertThat(gone.phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void processNewerThanTheJournalIsAdoptedAsOnline() {
    // The journal says stopping; the next generation was spawned just before the daemon died.
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).restart().on(new SupervisionEvent.Adopted(2, 0));
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceDriver.generation()).isEqualTo(2);
    InstanceDriver stopped = InstanceDriver.of(PM2).on(new SupervisionEvent.Adopted(1, 0));
    assertThat(stopped.state().desiredState()).isEqualTo(DesiredState.UP);
    InstanceDriver waiting =
        InstanceDriver.of(InstanceDriver.dependent())
            .start()
            .on(new SupervisionEvent.Adopted(2, 0));
    assertThat(waiting.phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void startMissingFromTheJournalIsRepeatedIfItsProcessIsGone() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(PM2).stop().on(new SupervisionEvent.ProcessGone(1, UNSEEN, false));
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void endWithoutADaemonLeadsToARestartAndIsNotUnstable() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).exits(CRASH).spawned().foundGone(UNSEEN, false);
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.EXIT), new SupervisionEffect.Spawn(3));
    assertThat(instanceDriver.state().unstable()).isZero();
    assertThat(instanceDriver.state().restarts()).isEqualTo(2);
  }

  @Test
  void knownExitFollowsTheRestartPolicy() {
    InstanceDriver job = InstanceDriver.online(InstanceDriver.with(When.ON_FAILURE));
    assertThat(job.foundGone(CLEAN, false).phase()).isEqualTo(Phase.STOPPED);
    assertThat(job.reason()).isEqualTo("exit 0, restart is on-failure");
    InstanceDriver code = InstanceDriver.online(InstanceDriver.withStopCodes(When.ALWAYS, 3));
    assertThat(code.foundGone(new Exit.Code(3), false).phase()).isEqualTo(Phase.STOPPED);
    assertThat(code.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(code.state().lastExit()).contains(new Exit.Code(3));
  }

  @Test
  void unknownExitIsAFailure() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(When.ON_FAILURE)).foundGone(UNSEEN, false);
    assertThat(instanceDriver.effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void leftoversAreEndedBeforeTheNextProcessStarts() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).foundGone(UNSEEN, true);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGINT));
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void restartOfTheOldDaemonIsFinishedWhateverThePolicy() {
    SupervisionPolicy once = InstanceDriver.with(When.NEVER);
    assertThat(InstanceDriver.online(once).restart().foundGone(UNSEEN, false).effects())
        .contains(new SupervisionEffect.Spawn(2));
    assertThat(InstanceDriver.online(once).foundGone(UNSEEN, false).phase())
        .isEqualTo(Phase.STOPPED);
  }

  @Test
  void startWhoseProcessMayNotHaveBeenSpawnedIsRepeated() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(InstanceDriver.with(When.NEVER)).start().foundGone(UNSEEN, false);
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.START), new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().restarts()).isZero();
  }

  @Test
  void completedJobIsNotRunTwice() {
    InstanceDriver instanceDriver =
        InstanceDriver.of(InstanceDriver.with(When.NEVER)).start().foundGone(CLEAN, false);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void stopOfTheOldDaemonIsFinished(boolean leftovers) {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).stop().foundGone(UNSEEN, leftovers);
    if (leftovers) {
      assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGINT));
      instanceDriver.treeGone();
    }
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason()).isEqualTo("stopped by command");
  }

  @Test
  void decisionBeforeTheEndOfTheLeftoversIsKept() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.withMaxRestarts(1)).exitsWithLeftovers(CRASH);
    assertThat(instanceDriver.foundGone(UNSEEN, false).phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void restartDelayStartsOverAndIsNotCountedAgain() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(DELAYED).exits(CRASH).foundGone(UNSEEN, false);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(instanceDriver.effects())
        .containsExactly(instanceDriver.timer(InstanceTimer.RESTART, 800));
    assertThat(instanceDriver.state().counters()).isEqualTo(new RestartCounters(0, 1, 0));
    assertThat(instanceDriver.reason())
        .isEqualTo("the daemon was not running, restart 1/16 in 800 ms");
  }

  @Test
  void restartAfterAnAbsenceWaitsForDependencies() {
    InstanceDriver instanceDriver = InstanceDriver.online(DEPENDENT).foundGone(UNSEEN, false);
    assertThat(instanceDriver.effects())
        .contains(announce(LifecycleChange.RESTART), new SupervisionEffect.AwaitDependencies(2));
    assertThat(InstanceDriver.online(DEPENDENT).restart().foundGone(UNSEEN, false).effects())
        .contains(new SupervisionEffect.AwaitDependencies(2));
    assertThat(InstanceDriver.of(DEPENDENT).start().foundGone(UNSEEN, false).effects())
        .contains(announce(LifecycleChange.START), new SupervisionEffect.AwaitDependencies(2));
  }

  @Test
  void delayedRestartAfterAnAbsenceWaitsForDependencies() {
    var delay = RestartPolicy.DEFAULT.with(new Backoff.Constant(Duration.ofMillis(800)));
    var supervisionPolicy = new SupervisionPolicy(delay, PM2.stop(), PM2.readiness(), true);
    InstanceDriver instanceDriver =
        InstanceDriver.online(supervisionPolicy).foundGone(UNSEEN, false);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(instanceDriver.timerFires(InstanceTimer.RESTART).effects())
        .contains(new SupervisionEffect.AwaitDependencies(2));
    assertThat(
            InstanceDriver.online(supervisionPolicy)
                .exits(CRASH)
                .timerFires(InstanceTimer.RESTART)
                .effects())
        .contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void stoppedOrErroredAppStaysSo() {
    assertThat(InstanceDriver.errored().foundGone(UNSEEN, false).phase()).isEqualTo(Phase.ERRORED);
    InstanceDriver stopped = InstanceDriver.online(PM2).stop().treeGone().foundGone(UNSEEN, false);
    assertThat(stopped.phase()).isEqualTo(Phase.STOPPED);
    assertThat(stopped.effects()).isEmpty();
  }

  @Test
  void leftoversAreEndedBeforeADelayedRestart() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(DELAYED).exits(CRASH).foundGone(UNSEEN, true);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.WAITING_RESTART);
  }

  @Test
  void leftoversOfAStoppedOrErroredAppAreEnded() {
    InstanceDriver stopped =
        InstanceDriver.online(PM2).stop().exits(CLEAN).treeGone().foundGone(UNSEEN, true);
    assertThat(stopped.phase()).isEqualTo(Phase.STOPPING);
    assertThat(stopped.treeGone().phase()).isEqualTo(Phase.STOPPED);
    InstanceDriver errored =
        InstanceDriver.of(PM2).start().spawnFails("no such file", false).foundGone(UNSEEN, true);
    assertThat(errored.phase()).isEqualTo(Phase.STOPPING);
    assertThat(errored.treeGone().phase()).isEqualTo(Phase.ERRORED);
    assertThat(errored.reason()).isEqualTo("no such file");
  }
}
