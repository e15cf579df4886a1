package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Exit;
import io.jpm.model.Phase;
import io.jpm.model.Readiness;
import io.jpm.model.RestartPolicy;
import io.jpm.model.Signal;
import io.jpm.model.StopPolicy;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SupervisionTest {
  private static final Policies PM2 = with(RestartPolicy.DEFAULT);
  private static final Exit CRASH = new Exit.Code(1);
  private static final long MILLI = 1_000_000;

  private static Policies with(RestartPolicy restart) {
    return new Policies(restart, StopPolicy.DEFAULT, Readiness.DEFAULT, false);
  }

  private static Supervised online(Policies policies) {
    Supervised launching =
        Supervision.step(Supervised.NEW, new Event.StartAsked(), policies, 0).next();
    return Supervision.step(launching, new Event.Spawned(1), policies, 0).next();
  }

  private static Step step(Supervised state, Event event) {
    return Supervision.step(state, event, PM2, 0);
  }

  @Test
  void aCrashIsAnsweredByAnotherSpawnAtOnce() {
    Step step = Supervision.step(online(PM2), new Event.Exited(1, CRASH, false), PM2, 12 * MILLI);
    assertThat(step.effects()).contains(new Effect.Spawn(2));
    assertThat(step.next().restarts()).isEqualTo(1);
    assertThat(step.next().reason()).isEqualTo("exit 1 after 12 ms, restart 1/16");
  }

  @Test
  void aProgramThatExitsAtOnceIsLaunchedSixteenTimesAndThenErrored() {
    Supervised state = online(PM2);
    int launches = 1;
    while (state.phase() == Phase.ONLINE) {
      state =
          Supervision.step(
                  state, new Event.Exited(state.generation(), CRASH, false), PM2, 5 * MILLI)
              .next();
      if (state.phase() == Phase.LAUNCHING) {
        launches++;
        state = step(state, new Event.Spawned(state.generation())).next();
      }
    }
    assertThat(launches).isEqualTo(16);
    assertThat(state.phase()).isEqualTo(Phase.ERRORED);
    assertThat(state.restarts()).isEqualTo(15);
    assertThat(state.reason())
        .isEqualTo(
            "exit 1 after 5 ms: gave up after 16 runs in a row shorter than 1 s (max_restarts 16)");
  }

  @Test
  void aStableRunMakesUpForEarlierCrashes() {
    Supervised shaky = online(PM2).counted(new Counters(15, 15, 0));
    Supervised next =
        Supervision.step(shaky, new Event.Exited(1, CRASH, false), PM2, 2000 * MILLI).next();
    assertThat(next.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(next.unstable()).isZero();
  }

  @Test
  void theBrakeWorksForTheWholeLife() {
    // PM2 looks away once a process is 16 s old.
    Supervised old = online(PM2).onlineSince(3_600_000 * MILLI).counted(new Counters(4, 15, 0));
    Supervised next =
        Supervision.step(old, new Event.Exited(1, CRASH, false), PM2, 3_600_001 * MILLI).next();
    assertThat(next.phase()).isEqualTo(Phase.ERRORED);
  }

  @ParameterizedTest
  @CsvSource({
    "true, 0, LAUNCHING",
    "true, 1, LAUNCHING",
    "false, 0, STOPPED",
    "false, 1, STOPPED",
  })
  void autorestartDecidesWhateverTheExitCode(boolean autorestart, int code, Phase phase) {
    Policies policies =
        with(
            new RestartPolicy(
                autorestart ? RestartPolicy.When.ALWAYS : RestartPolicy.When.NEVER,
                16,
                Duration.ofSeconds(1),
                Duration.ZERO));
    Supervised next =
        Supervision.step(
                online(policies), new Event.Exited(1, new Exit.Code(code), false), policies, 0)
            .next();
    assertThat(next.phase()).isEqualTo(phase);
  }

  @Test
  void aRestartDelayIsWaitedForAndShown() {
    Policies policies =
        with(
            new RestartPolicy(
                RestartPolicy.When.ALWAYS, 16, Duration.ofSeconds(1), Duration.ofMillis(800)));
    Step step =
        Supervision.step(
            online(policies),
            new Event.Exited(1, new Exit.Signalled(9, false), false),
            policies,
            3 * MILLI);
    assertThat(step.next().phase()).isEqualTo(Phase.WAITING_RESTART);
    assertThat(step.next().reason()).isEqualTo("SIGKILL after 3 ms, restart 1/16 in 800 ms");
    assertThat(step.effects())
        .contains(new Effect.StartTimer(Timer.RESTART, 1, Duration.ofMillis(800)));
  }

  @Test
  void stopDuringTheDelayIsImmediate() {
    Supervised waiting = online(PM2).in(Phase.WAITING_RESTART, "");
    Step step = step(waiting, new Event.StopAsked());
    assertThat(step.next().phase()).isEqualTo(Phase.STOPPED);
    assertThat(step.effects()).contains(new Effect.CancelTimer(Timer.RESTART));
  }

  @Test
  void restartDuringTheDelayStartsAtOnceAndCountsAfresh() {
    Supervised waiting = online(PM2).counted(new Counters(7, 7, 0)).in(Phase.WAITING_RESTART, "");
    Step step = step(waiting, new Event.RestartAsked());
    assertThat(step.effects()).contains(new Effect.Spawn(2));
    assertThat(step.next().unstable()).isZero();
  }

  @Test
  void stopSignalsTheTreeAndSetsALimit() {
    Step step = step(online(PM2), new Event.StopAsked());
    assertThat(step.next().phase()).isEqualTo(Phase.STOPPING);
    assertThat(step.effects())
        .contains(
            new Effect.SignalTree(1, Signal.SIGINT),
            new Effect.StartTimer(Timer.KILL, 1, Duration.ofMillis(1600)));
  }

  @Test
  void whatIgnoresTheSignalIsKilledAndKilledAgain() {
    Supervised stopping = step(online(PM2), new Event.StopAsked()).next();
    Step first = step(stopping, new Event.TimerFired(Timer.KILL, 1));
    assertThat(first.effects()).contains(new Effect.SignalTree(1, Signal.SIGKILL));
    assertThat(first.next().reason()).isEqualTo("did not end within 1.6 s of SIGINT: SIGKILL");
    Step second = step(first.next(), new Event.TimerFired(Timer.KILL, 1));
    assertThat(second.effects()).contains(new Effect.SignalTree(1, Signal.SIGKILL));
  }

  @Test
  void stoppedIsSaidOnlyWhenTheTreeIsGone() {
    Supervised stopping = step(online(PM2), new Event.StopAsked()).next();
    Supervised mainGone = step(stopping, new Event.Exited(1, CRASH, true)).next();
    assertThat(mainGone.phase()).isEqualTo(Phase.STOPPING);
    assertThat(step(mainGone, new Event.TreeGone(1)).next().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void leftoversAreEndedBeforeTheSuccessorStarts() {
    Step fell = Supervision.step(online(PM2), new Event.Exited(1, CRASH, true), PM2, MILLI);
    assertThat(fell.next().phase()).isEqualTo(Phase.STOPPING);
    assertThat(fell.effects()).contains(new Effect.SignalTree(1, Signal.SIGINT));
    Step gone = step(fell.next(), new Event.TreeGone(1));
    assertThat(gone.effects()).contains(new Effect.Spawn(2));
    assertThat(gone.next().unstable()).isEqualTo(1);
  }

  @Test
  void aSpawnFailureIsErroredWithItsReason() {
    Supervised launching = step(Supervised.NEW, new Event.StartAsked()).next();
    Supervised next =
        step(launching, new Event.SpawnFailed(1, "/x is not executable", false)).next();
    assertThat(next.phase()).isEqualTo(Phase.ERRORED);
    assertThat(next.reason()).isEqualTo("/x is not executable", false);
  }

  @Test
  void stopDuringTheSpawnIsNotForgotten() {
    Supervised launching = step(Supervised.NEW, new Event.StartAsked()).next();
    Supervised unwanted = step(launching, new Event.StopAsked()).next();
    Step here = step(unwanted, new Event.Spawned(1));
    assertThat(here.next().phase()).isEqualTo(Phase.STOPPING);
  }

  @Test
  void anAdoptedProcessKeepsItsCounters() {
    Supervised recorded = online(PM2).counted(new Counters(3, 2, 0));
    Step step = Supervision.step(recorded, new Event.Adopted(1, 5000 * MILLI), PM2, 7 * MILLI);
    assertThat(step.next().phase()).isEqualTo(Phase.ONLINE);
    assertThat(step.next().restarts()).isEqualTo(3);
    assertThat(step.next().unstable()).isEqualTo(2);
    assertThat(step.next().onlineSinceNanos()).isEqualTo(-4993 * MILLI);
  }

  @Test
  void aStopThatTheOldDaemonBeganGoesOnInTheNewOne() {
    Supervised stopping = step(online(PM2), new Event.StopAsked()).next();
    Step step = Supervision.step(stopping, new Event.Adopted(1, 0), PM2, 0);
    assertThat(step.next().phase()).isEqualTo(Phase.STOPPING);
    assertThat(step.effects()).contains(new Effect.SignalTree(1, Signal.SIGINT));
  }

  @Test
  void whatEndedWithoutADaemonIsStartedAgainAndNotHeldAgainstIt() {
    Exit unseen = new Exit.Unknown("no daemon");
    Step step = Supervision.step(online(PM2), new Event.FoundGone(1, unseen, false), PM2, 0);
    assertThat(step.effects()).contains(new Effect.Spawn(2));
    assertThat(step.next().unstable()).isZero();
    assertThat(step.next().restarts()).isEqualTo(1);
  }

  @Test
  void whatANewerDaemonMadeIsTakenAsItIs() {
    // Written down as stopping; the next generation was made just before the daemon died.
    Supervised stopping = step(online(PM2), new Event.RestartAsked()).next();
    Supervised next = step(stopping, new Event.Adopted(2, 0)).next();
    assertThat(next.phase()).isEqualTo(Phase.ONLINE);
    assertThat(next.generation()).isEqualTo(2);
    Supervised stopped = Supervised.NEW;
    assertThat(step(stopped, new Event.Adopted(1, 0)).next().wanted()).isEqualTo(Wanted.UP);
  }

  @Test
  void whatADeadMainProcessLeftIsEndedBeforeItsSuccessorStarts() {
    Exit unseen = new Exit.Unknown("no daemon");
    Step step = step(online(PM2), new Event.FoundGone(1, unseen, true));
    assertThat(step.next().phase()).isEqualTo(Phase.STOPPING);
    assertThat(step.effects()).contains(new Effect.SignalTree(1, Signal.SIGINT));
    assertThat(step(step.next(), new Event.TreeGone(1)).effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void aRestartThatTheOldDaemonBeganIsFinishedWhateverThePolicy() {
    Policies once =
        with(new RestartPolicy(RestartPolicy.When.NEVER, 16, Duration.ofSeconds(1), Duration.ZERO));
    Supervised stopping = Supervision.step(online(once), new Event.RestartAsked(), once, 0).next();
    Event gone = new Event.FoundGone(1, new Exit.Unknown("no daemon"), false);
    assertThat(Supervision.step(stopping, gone, once, 0).effects()).contains(new Effect.Spawn(2));
    assertThat(Supervision.step(online(once), gone, once, 0).next().phase())
        .isEqualTo(Phase.STOPPED);
  }

  @Test
  void aRestartDuringTheSpawnReplacesWhatIsBeingMade() {
    Supervised launching = step(Supervised.NEW, new Event.StartAsked()).next();
    Supervised replacing = step(launching, new Event.RestartAsked()).next();
    Step here = step(replacing, new Event.Spawned(1));
    assertThat(here.next().phase()).isEqualTo(Phase.STOPPING);
    assertThat(step(here.next(), new Event.TreeGone(1)).effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void randomStepsKeepTheRules() {
    long seed = Long.getLong("jpm.seed", 20_261_121L);
    var random = new SplittableRandom(seed);
    Policies policies = PM2;
    World world = World.BEGIN;
    for (int i = 0; i < 300_000; i++) {
      List<World.Possible> possible = world.possible(policies);
      World.Possible chosen = possible.get(random.nextInt(possible.size()));
      Step step = Supervision.step(world.state(), chosen.event(), policies, chosen.now());
      try {
        world = chosen.before().after(step, policies);
      } catch (World.Violation violation) {
        throw new AssertionError("-Djpm.seed=" + seed + " step " + i, violation);
      }
    }
    assertThat(world.state().generation()).isGreaterThan(1000);
  }
}
