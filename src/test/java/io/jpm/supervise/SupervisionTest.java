package io.jpm.supervise;

import static io.jpm.supervise.Life.CLEAN;
import static io.jpm.supervise.Life.CRASH;
import static io.jpm.supervise.Life.PM2;
import static io.jpm.supervise.Life.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// How a run begins, and what follows when it ends by itself.
class SupervisionTest {
  private static final Policies DELAYED = Life.with(new Backoff.Constant(Duration.ofMillis(800)));

  @Test
  void aStartMakesAProcessAtOnce() {
    Life life = Life.of(PM2).start();
    assertThat(life.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(life.state().startBlocker()).isEqualTo(StartBlocker.SPAWN);
    assertThat(life.effects())
        .containsExactly(
            new CancelTimer(Timer.RESTART), announce(Change.START), new Effect.Spawn(1));
    assertThat(life.spawned().phase()).isEqualTo(Phase.ONLINE);
    assertThat(life.effects()).containsExactly(announce(Change.ONLINE));
  }

  @Test
  void aCrashIsAnsweredByAnotherSpawnAtOnce() {
    Life life = Life.online(PM2).after(12).exits(CRASH);
    assertThat(life.effects()).contains(new Effect.Spawn(2));
    assertThat(life.state().restarts()).isEqualTo(1);
    assertThat(life.reason()).isEqualTo("exit 1 after 12 ms, restart 1/16");
  }

  @Test
  void aProgramThatExitsAtOnceIsLaunchedSixteenTimesAndThenErrored() {
    Life life = Life.online(PM2);
    int launches = 1;
    while (life.after(5).exits(CRASH).phase() == Phase.LAUNCHING) {
      launches++;
      life.spawned();
    }
    assertThat(launches).isEqualTo(16);
    assertThat(life.phase()).isEqualTo(Phase.ERRORED);
    assertThat(life.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(life.state().restarts()).isEqualTo(15);
    assertThat(life.state().unstable()).isZero();
    assertThat(life.reason())
        .isEqualTo(
            "exit 1 after 5 ms: gave up after 16 runs in a row shorter than 1 s (max_restarts 16)");
  }

  @Test
  void whatItHasSaidLastIsPartOfTheReason() {
    Exit crash = CRASH;
    Life life = Life.online(PM2).after(361);
    life.on(
        new Event.Exited(
            1, crash, false, "", "Error: listen EADDRINUSE :::3000", Optional.empty()));
    assertThat(life.reason())
        .isEqualTo("exit 1 after 361 ms: Error: listen EADDRINUSE :::3000; restart 1/16");
    Life clean = Life.online(PM2).after(361);
    clean.on(new Event.Exited(1, CLEAN, false, "", "GET / 200", Optional.empty()));
    assertThat(clean.reason()).isEqualTo("exit 0 after 361 ms, restart 1/16");
    Life last = Life.online(Life.withMaxRestarts(1)).after(5);
    last.on(new Event.Exited(1, crash, false, "", "fatal: no disk", Optional.empty()));
    assertThat(last.reason())
        .isEqualTo(
            "exit 1 after 5 ms: fatal: no disk; gave up after 1 run shorter than 1 s (max_restarts 1)");
  }

  @Test
  void aStableRunMakesUpForEarlierCrashes() {
    Life life = Life.online(PM2).after(5).exits(CRASH).spawned().after(2000).exits(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(life.state().unstable()).isZero();
    assertThat(life.reason()).isEqualTo("exit 1 after 2 s, restart");
  }

  /// PM2 stops counting when a process is 16 s old (defect 1).
  @Test
  void theBrakeWorksForTheWholeLife() {
    Life life = Life.online(Life.withMaxRestarts(2)).after(3_600_000).exits(CRASH);
    life.spawned().after(5).exits(CRASH).spawned().after(5).exits(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.ERRORED);
  }

  /// PM2 leaves the app `online` without a process (defect 2).
  @Test
  void aSpawnFailureIsErroredWithItsReason() {
    Life life = Life.of(PM2).start().refused("/x is not executable", false);
    assertThat(life.phase()).isEqualTo(Phase.ERRORED);
    assertThat(life.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(life.reason()).isEqualTo("/x is not executable");
    assertThat(life.effects()).containsExactly(announce(Change.ERRORED));
  }

  /// PM2 reports "Process N not found" (defect 3).
  @Test
  void restartDuringTheDelayStartsAtOnceAndCountsAfresh() {
    Life life = Life.online(DELAYED).exits(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(life.state().unstable()).isEqualTo(1);
    life.restart();
    assertThat(life.effects()).contains(new CancelTimer(Timer.RESTART), new Effect.Spawn(2));
    assertThat(life.state().unstable()).isZero();
  }

  /// PM2 shows "waiting restart" forever (defect 4).
  @Test
  void withoutAutorestartNothingIsWaitedFor() {
    RestartPolicy never =
        new RestartPolicy(When.NEVER, 16, Duration.ofSeconds(1), Duration.ofMillis(800));
    Life life = Life.online(Life.with(never)).after(5000).exits(CLEAN);
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason()).isEqualTo("exit 0 after 5 s, autorestart is off");
    assertThat(life.effects()).containsExactly(announce(Change.EXIT), announce(Change.STOP));
  }

  @Test
  void whatRestsMayBeStartedByItsSchedule() {
    Life life = Life.online(Life.with(When.NEVER)).after(5000).exits(CLEAN);
    assertThat(life.state().desiredState()).isEqualTo(DesiredState.IDLE);
  }

  @ParameterizedTest
  @ValueSource(strings = {"ALWAYS", "ON_FAILURE"})
  void aStopExitCodeBeatsThePolicy(When when) {
    Policies policies = Life.withStopCodes(when, 3, 4);
    Life life = Life.online(policies).after(2000).exits(new Exit.Code(3));
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason()).isEqualTo("exit 3 after 2 s, in stop_exit_codes");
    assertThat(Life.online(policies).exits(new Exit.Code(5)).phase()).isEqualTo(Phase.LAUNCHING);
  }

  @Test
  void aStopExitCodeIsNotASignalOfThatNumber() {
    Life life = Life.online(Life.withStopCodes(When.ALWAYS, 9));
    assertThat(life.exits(new Exit.Signalled(9, false)).phase()).isEqualTo(Phase.LAUNCHING);
  }

  @Test
  void onFailureSaysWhyACleanExitIsTheEnd() {
    Life life = Life.online(Life.with(When.ON_FAILURE)).after(5000).exits(CLEAN);
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason()).isEqualTo("exit 0 after 5 s, restart is on-failure");
  }

  @Test
  void aRestartDelayIsWaitedForAndShown() {
    Life life = Life.online(DELAYED).after(3).exits(new Exit.Signalled(9, false));
    assertThat(life.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(life.reason()).isEqualTo("SIGKILL after 3 ms, restart 1/16 in 800 ms");
    assertThat(life.effects()).contains(life.timer(Timer.RESTART, 800));
    assertThat(life.fires(Timer.RESTART).effects())
        .containsExactly(
            new CancelTimer(Timer.RESTART), announce(Change.RESTART), new Effect.Spawn(2));
  }

  @Test
  void stopDuringTheDelayIsImmediate() {
    Life life = Life.online(DELAYED).exits(CRASH).stop();
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.effects())
        .containsExactly(new CancelTimer(Timer.RESTART), announce(Change.STOP));
  }

  @Test
  void leftoversAreEndedBeforeTheSuccessorStarts() {
    Life life = Life.online(PM2).after(1).exitsLeavingOthers(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.effects())
        .containsExactly(
            announce(Change.EXIT), life.signal(PM2.stop().signal()), life.timer(Timer.KILL, 1600));
    life.treeGone();
    assertThat(life.effects()).contains(new CancelTimer(Timer.KILL), new Effect.Spawn(2));
    assertThat(life.state().unstable()).isEqualTo(1);
    assertThat(life.reason()).isEqualTo("exit 1 after 1 ms, restart 1/16");
  }

  @ParameterizedTest
  @CsvSource({
    "NEVER, 16, STOPPED, 'exit 1 after 1 ms, autorestart is off'",
    "ALWAYS, 1, ERRORED, 'exit 1 after 1 ms: gave up after 1 run shorter than 1 s (max_restarts 1)'",
  })
  void whatIsDecidedAtTheExitIsKeptUntilTheLeftoversAreGone(
      When when, int maxRestarts, Phase end, String reason) {
    var restart = new RestartPolicy(when, maxRestarts, Duration.ofSeconds(1), Duration.ZERO);
    Life life = Life.online(Life.with(restart)).after(1).exitsLeavingOthers(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.reason()).isEqualTo(reason);
    assertThat(life.treeGone().phase()).isEqualTo(end);
    assertThat(life.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(life.reason()).isEqualTo(reason);
  }

  @Test
  void whatTheSystemHasNoMeansForIsTriedAgainAfterASecond() {
    Life life = Life.of(PM2).start().refused("no more processes", true);
    assertThat(life.phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(life.effects()).containsExactly(life.timer(Timer.RESTART, 1000));
    assertThat(life.reason()).isEqualTo("no more processes, restart 1/16 in 1 s");
    life.fires(Timer.RESTART);
    assertThat(life.effects()).contains(announce(Change.RESTART), life.spawn());
    assertThat(life.state().restarts()).isEqualTo(1);
  }

  @Test
  void whatTheSystemHasNoMeansForWaitsItsOwnDelayWhereThatIsLonger() {
    Life life = Life.of(Life.with(new Backoff.Constant(Duration.ofSeconds(7)))).start();
    assertThat(life.refused("no memory", true).effects())
        .containsExactly(life.timer(Timer.RESTART, 7000));
  }

  @Test
  void whatTheSystemNeverHasMeansForIsGivenUp() {
    Life life = Life.of(Life.withMaxRestarts(2)).start().refused("no memory", true);
    life.fires(Timer.RESTART).refused("no memory", true);
    assertThat(life.phase()).isEqualTo(Phase.ERRORED);
    assertThat(life.reason())
        .isEqualTo("no memory: gave up after 2 failed starts in a row (max_restarts 2)");
  }

  @Test
  void aJobThatCouldNotBeMadeIsTriedAgainThoughItIsNeverRestarted() {
    Life life = Life.of(Life.with(When.NEVER)).start().refused("no memory", true);
    assertThat(life.phase()).isEqualTo(Phase.WAITING_RESTART);
  }

  @Test
  void aRestartAskedDuringASpawnThatFailsIsNotForgotten() {
    Life life = Life.of(PM2).start().restart().refused("/old is not executable", false);
    assertThat(life.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(life.effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void aRestartDuringTheSpawnReplacesWhatIsBeingMade() {
    Life life = Life.of(PM2).start().restart().spawned();
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void aStartOfWhatRunsChangesNothing() {
    Life life = Life.online(PM2);
    Supervised before = life.state();
    assertThat(life.start().state()).isEqualTo(before);
    assertThat(life.effects()).isEmpty();
  }

  @Test
  void aCommandLeavesErroredAndCountsAfresh() {
    Life life = Life.errored().start();
    assertThat(life.effects()).contains(new Effect.Spawn(2));
    assertThat(life.state().counters()).isEqualTo(Counters.ZERO);
    assertThat(Life.errored().stop().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void theExitOfAnOldGenerationIsIgnored() {
    Life life = Life.online(PM2).exits(CRASH).spawned();
    Supervised before = life.state();
    assertThat(life.on(new Event.Exited(1, CRASH, true)).state()).isEqualTo(before);
    assertThat(life.effects()).isEmpty();
  }

  @Test
  void whatPutsItselfIntoTheBackgroundIsEndedAndNotStartedAgain() {
    Life life = Life.online(PM2).after(8).daemonizes(8);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.treeGone().phase()).isEqualTo(Phase.ERRORED);
    assertThat(life.reason()).isEqualTo("exit 0 after 8 ms: it daemonized itself");
    assertThat(life.state().restarts()).isZero();
  }

  @Test
  void whatLeavesSomethingBehindAfterALongerRunIsStartedAgain() {
    Life life = Life.online(PM2).after(1000).daemonizes(1000).treeGone();
    assertThat(life.effects()).contains(new Effect.Spawn(2));
    assertThat(life.reason()).doesNotContain("daemonized");
  }

  @Test
  void whatNobodyWouldStartAgainRestsAlsoWhenItPutsItselfIntoTheBackground() {
    Life life = Life.online(Life.with(When.ON_FAILURE)).after(8);
    assertThat(life.daemonizes(8).treeGone().phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason())
        .isEqualTo("exit 0 after 8 ms: it daemonized itself; restart is on-failure");
  }

  @Test
  void whatPutsItselfIntoTheBackgroundCanBeStartedByCommand() {
    Life life = Life.online(PM2).after(8).daemonizes(8);
    assertThat(life.restart().treeGone().effects()).contains(new Effect.Spawn(2));
  }
}
