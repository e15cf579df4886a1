package io.jpm.supervise;

import static io.jpm.supervise.Life.CLEAN;
import static io.jpm.supervise.Life.CRASH;
import static io.jpm.supervise.Life.PM2;
import static io.jpm.supervise.Life.UNSEEN;
import static io.jpm.supervise.Life.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.supervise.Effect.Change;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a new daemon continues with what an earlier one left.
class SupervisionAbsenceTest {
  private static final Policies DELAYED = Life.with(new Backoff.Constant(Duration.ofMillis(800)));
  private static final Policies READINESS = Life.awaitingReady(RestartPolicy.DEFAULT);
  private static final Policies DEPENDENT = Life.dependent();

  @Test
  void anAdoptedProcessKeepsItsCounters() {
    Life life = Life.online(PM2).exits(CRASH).spawned().after(7).adopted(5000);
    assertThat(life.phase()).isEqualTo(Phase.ONLINE);
    assertThat(life.state().counters()).isEqualTo(new Counters(1, 1, 0));
    assertThat(life.state().onlineSinceNanos()).isEqualTo(Duration.ofMillis(7 - 5000).toNanos());
    assertThat(life.effects()).containsExactly(announce(Change.ADOPT));
    assertThat(life.reason()).isEqualTo("adopted from the previous daemon");
  }

  @Test
  void aProcessThatWasBeingMadeIsAdopted() {
    assertThat(Life.of(PM2).start().adopted(0).phase()).isEqualTo(Phase.ONLINE);
    Life life = Life.of(READINESS).start().adopted(0);
    assertThat(life.state().awaits(StartBlocker.READINESS)).isTrue();
    assertThat(life.effects())
        .containsExactly(announce(Change.ADOPT), life.timer(Timer.READY, 3000));
  }

  @Test
  void aWaitForReadinessBeginsAnew() {
    Life life = Life.of(READINESS).start().spawned().after(2000).adopted(2000);
    assertThat(life.state().awaits(StartBlocker.READINESS)).isTrue();
    assertThat(life.effects())
        .containsExactly(announce(Change.ADOPT), life.timer(Timer.READY, 3000));
    assertThat(life.ready().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void whatWasReadyNeedNotSaySoAgain() {
    Life life = Life.online(READINESS).adopted(2000);
    assertThat(life.phase()).isEqualTo(Phase.ONLINE);
    assertThat(life.effects()).containsExactly(announce(Change.ADOPT));
  }

  @Test
  void whatTheOldDaemonHasSignalledIsNotSignalledAgain() {
    Life life = Life.online(PM2).stop().adopted(0);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.effects())
        .contains(life.timer(Timer.KILL, 1600))
        .noneMatch(effect -> effect instanceof Effect.SignalTree);
    assertThat(life.exits(new Exit.Code(0)).phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aStopCommandOfTheOldDaemonIsRunAgainUntilItHasLedToTheSignal() {
    Life command = Life.online(Life.with(Life.byCommand(true))).stop();
    assertThat(command.adopted(0).effects()).contains(new Effect.RunStopCommand(1));
  }

  @Test
  void aStopDuringTheSpawnIsNotForgottenByTheNextDaemon() {
    Life life = Life.of(PM2).start().stop().adopted(0);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aRestartDuringTheSpawnIsNotForgottenByTheNextDaemon() {
    Life life = Life.of(PM2).start().restart().adopted(0);
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void theEndOfWhatWasNotReadyInTimeIsStillAFailure() {
    Policies once =
        Life.awaitingReady(
            new RestartPolicy(When.ON_FAILURE, 1, Duration.ofSeconds(1), Duration.ZERO));
    Life life = Life.of(once).start().spawned().fires(Timer.READY).adopted(0);
    assertThat(life.exits(CLEAN).treeGone().phase()).isEqualTo(Phase.ERRORED);
    Life gone = Life.of(once).start().spawned().fires(Timer.READY).foundGone(CLEAN, false);
    assertThat(gone.phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void whatANewerDaemonMadeIsTakenAsItIs() {
    // The journal says stopping; the next generation was spawned just before the daemon died.
    Life life = Life.online(PM2).restart().on(new Event.Adopted(2, 0));
    assertThat(life.phase()).isEqualTo(Phase.ONLINE);
    assertThat(life.generation()).isEqualTo(2);
    Life stopped = Life.of(PM2).on(new Event.Adopted(1, 0));
    assertThat(stopped.state().desiredState()).isEqualTo(DesiredState.UP);
    Life waiting = Life.of(Life.dependent()).start().on(new Event.Adopted(2, 0));
    assertThat(waiting.phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void aStartThatWasNotWrittenDownIsFollowedUpEvenIfItsProcessIsGone() {
    Life life = Life.of(PM2).stop().on(new Event.FoundGone(1, UNSEEN, false));
    assertThat(life.effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void whatEndedWithoutADaemonIsStartedAgainAndNotHeldAgainstIt() {
    Life life = Life.online(PM2).exits(CRASH).spawned().foundGone(UNSEEN, false);
    assertThat(life.effects()).contains(announce(Change.EXIT), new Effect.Spawn(3));
    assertThat(life.state().unstable()).isZero();
    assertThat(life.state().restarts()).isEqualTo(2);
  }

  @Test
  void anExactExitFollowsTheRules() {
    Life job = Life.online(Life.with(When.ON_FAILURE));
    assertThat(job.foundGone(CLEAN, false).phase()).isEqualTo(Phase.STOPPED);
    assertThat(job.reason()).isEqualTo("exit 0, restart is on-failure");
    Life code = Life.online(Life.withStopCodes(When.ALWAYS, 3));
    assertThat(code.foundGone(new Exit.Code(3), false).phase()).isEqualTo(Phase.STOPPED);
    assertThat(code.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(code.state().lastExit()).contains(new Exit.Code(3));
  }

  @Test
  void anUnknownExitIsAFailure() {
    Life life = Life.online(Life.with(When.ON_FAILURE)).foundGone(UNSEEN, false);
    assertThat(life.effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void whatADeadMainProcessLeftIsEndedBeforeItsSuccessorStarts() {
    Life life = Life.online(PM2).foundGone(UNSEEN, true);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.effects()).contains(life.signal(Signal.SIGINT));
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void aRestartThatTheOldDaemonBeganIsFinishedWhateverThePolicy() {
    Policies once = Life.with(When.NEVER);
    assertThat(Life.online(once).restart().foundGone(UNSEEN, false).effects())
        .contains(new Effect.Spawn(2));
    assertThat(Life.online(once).foundGone(UNSEEN, false).phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aStartWhoseProcessMayNeverHaveBeenMadeIsStillOwed() {
    Life life = Life.of(Life.with(When.NEVER)).start().foundGone(UNSEEN, false);
    assertThat(life.effects()).contains(announce(Change.START), new Effect.Spawn(2));
    assertThat(life.state().restarts()).isZero();
  }

  @Test
  void aJobThatRanToItsEndIsNotRunTwice() {
    Life life = Life.of(Life.with(When.NEVER)).start().foundGone(CLEAN, false);
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void aStopThatTheOldDaemonBeganIsFinished(boolean leftovers) {
    Life life = Life.online(PM2).stop().foundGone(UNSEEN, leftovers);
    if (leftovers) {
      assertThat(life.effects()).contains(life.signal(Signal.SIGINT));
      life.treeGone();
    }
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason()).isEqualTo("stopped by command");
  }

  @Test
  void whatWasDecidedAboutLeftoversIsKept() {
    Life life = Life.online(Life.withMaxRestarts(1)).exitsLeavingOthers(CRASH);
    assertThat(life.foundGone(UNSEEN, false).phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void aDelayBeginsAnewAndIsNotCountedAgain() {
    Life life = Life.online(DELAYED).exits(CRASH).foundGone(UNSEEN, false);
    assertThat(life.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(life.effects()).containsExactly(life.timer(Timer.RESTART, 800));
    assertThat(life.state().counters()).isEqualTo(new Counters(0, 1, 0));
    assertThat(life.reason()).isEqualTo("the daemon was not running, restart 1/16 in 800 ms");
  }

  @Test
  void afterAnAbsenceTheOrderOfStartHolds() {
    Life life = Life.online(DEPENDENT).foundGone(UNSEEN, false);
    assertThat(life.effects()).contains(announce(Change.RESTART), new Effect.AwaitDependencies(2));
    assertThat(Life.online(DEPENDENT).restart().foundGone(UNSEEN, false).effects())
        .contains(new Effect.AwaitDependencies(2));
    assertThat(Life.of(DEPENDENT).start().foundGone(UNSEEN, false).effects())
        .contains(announce(Change.START), new Effect.AwaitDependencies(2));
  }

  @Test
  void afterAnAbsenceTheOrderOfStartHoldsBehindADelayToo() {
    var delay = RestartPolicy.DEFAULT.with(new Backoff.Constant(Duration.ofMillis(800)));
    var policies = new Policies(delay, PM2.stop(), PM2.readiness(), true);
    Life life = Life.online(policies).foundGone(UNSEEN, false);
    assertThat(life.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(life.fires(Timer.RESTART).effects()).contains(new Effect.AwaitDependencies(2));
    assertThat(Life.online(policies).exits(CRASH).fires(Timer.RESTART).effects())
        .contains(new Effect.Spawn(2));
  }

  @Test
  void whatIsStoppedOrErroredStaysSo() {
    assertThat(Life.errored().foundGone(UNSEEN, false).phase()).isEqualTo(Phase.ERRORED);
    Life stopped = Life.online(PM2).stop().treeGone().foundGone(UNSEEN, false);
    assertThat(stopped.phase()).isEqualTo(Phase.STOPPED);
    assertThat(stopped.effects()).isEmpty();
  }

  @Test
  void whatIsFoundLeftOfAnOldRunIsEndedBeforeTheDelayedRestart() {
    Life life = Life.online(DELAYED).exits(CRASH).foundGone(UNSEEN, true);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.treeGone().phase()).isEqualTo(Phase.WAITING_RESTART);
  }

  @Test
  void whatIsFoundLeftOfWhatIsStoppedOrErroredIsEnded() {
    Life stopped = Life.online(PM2).stop().exits(CLEAN).treeGone().foundGone(UNSEEN, true);
    assertThat(stopped.phase()).isEqualTo(Phase.STOPPING);
    assertThat(stopped.treeGone().phase()).isEqualTo(Phase.STOPPED);
    Life errored = Life.of(PM2).start().refused("no such file", false).foundGone(UNSEEN, true);
    assertThat(errored.phase()).isEqualTo(Phase.STOPPING);
    assertThat(errored.treeGone().phase()).isEqualTo(Phase.ERRORED);
    assertThat(errored.reason()).isEqualTo("no such file");
  }
}
