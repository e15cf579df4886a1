package io.jpm.supervise;

import static io.jpm.supervise.Life.CLEAN;
import static io.jpm.supervise.Life.CRASH;
import static io.jpm.supervise.Life.PM2;
import static io.jpm.supervise.Life.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/// What a launch waits for: the apps that it depends on, its process, its readiness.
class SupervisionLaunchTest {
  private static final Policies DEPENDENT = Life.dependent();
  private static final Policies READINESS = Life.awaitingReady(RestartPolicy.DEFAULT);

  private static Policies readiness(When when, int maxRestarts) {
    return Life.awaitingReady(
        new RestartPolicy(when, maxRestarts, Duration.ofSeconds(1), Duration.ZERO));
  }

  @Test
  void aStartWaitsForTheAppsItDependsOn() {
    Life life = Life.of(DEPENDENT).start();
    assertThat(life.state().awaits(StartBlocker.DEPENDENCIES)).isTrue();
    assertThat(life.reason()).isEqualTo("waiting for the apps it depends on");
    assertThat(life.effects())
        .containsExactly(
            new CancelTimer(Timer.RESTART),
            announce(Change.START),
            new Effect.AwaitDependencies(1));
    life.dependenciesMet();
    assertThat(life.state().awaits(StartBlocker.SPAWN)).isTrue();
    assertThat(life.effects()).containsExactly(new Effect.Spawn(1));
  }

  @Test
  void aDependencyThatFailsIsTheReason() {
    Life life = Life.of(DEPENDENT).start();
    life.on(new Event.DependencyFailed(1, "db is errored"));
    assertThat(life.phase()).isEqualTo(Phase.ERRORED);
    assertThat(life.reason()).isEqualTo("db is errored");
    assertThat(life.effects()).containsExactly(announce(Change.ERRORED));
  }

  @Test
  void aStopDuringTheWaitForDependenciesIsImmediateAndNotForgotten() {
    Life life = Life.of(DEPENDENT).start().stop();
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.effects()).containsExactly(announce(Change.STOP));
    assertThat(life.dependenciesMet().effects()).isEmpty();
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aStartOrRestartDuringTheWaitForDependenciesWaitsOn() {
    Life life = Life.of(DEPENDENT).start();
    Supervised before = life.state();
    assertThat(life.start().state()).isEqualTo(before);
    assertThat(life.restart().state()).isEqualTo(before);
    assertThat(life.effects()).isEmpty();
  }

  @Test
  void whatFellIsStartedAgainWithoutAWaitForOthers() {
    assertThat(Life.online(DEPENDENT).exits(CRASH).effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void anAskedRestartDoesNotWaitForOthersEither() {
    assertThat(Life.online(DEPENDENT).restart().treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void aProcessIsNotOnlineBeforeItSaysSo() {
    Life life = Life.of(READINESS).start().spawned();
    assertThat(life.state().awaits(StartBlocker.READINESS)).isTrue();
    assertThat(life.effects()).containsExactly(life.timer(Timer.READY, 3000));
    life.ready();
    assertThat(life.phase()).isEqualTo(Phase.ONLINE);
    assertThat(life.effects())
        .containsExactly(new CancelTimer(Timer.READY), announce(Change.ONLINE));
  }

  @Test
  void sayingReadyTwiceChangesNothing() {
    Life life = Life.online(READINESS);
    assertThat(life.ready().effects()).isEmpty();
    assertThat(life.phase()).isEqualTo(Phase.ONLINE);
  }

  /// PM2 treats the timeout as a success.
  @Test
  void notBeingReadyInTimeIsAFailure() {
    Life life = Life.of(READINESS).start().spawned().after(3000).fires(Timer.READY);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.reason()).isEqualTo("not ready within 3 s (listen_timeout)");
    assertThat(life.effects())
        .containsExactly(
            announce(Change.STOPPING), life.signal(Signal.SIGINT), life.timer(Timer.KILL, 1600));
    assertThat(life.state().unstable()).isEqualTo(1);
    life.exits(CLEAN).treeGone();
    assertThat(life.effects()).contains(new Effect.Spawn(2));
    assertThat(life.reason()).isEqualTo("not ready within 3 s (listen_timeout), restart 1/16");
    assertThat(life.state().lastExit()).contains(CLEAN);
  }

  @Test
  void aCleanExitAfterOurSignalDoesNotMakeAFailedStartASuccess() {
    Life life = Life.of(readiness(When.ON_FAILURE, 16)).start().spawned().fires(Timer.READY);
    assertThat(life.exits(CLEAN).treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void whatIsNeverReadyIsGivenUpHoweverLongItRuns() {
    Life life = Life.of(readiness(When.ALWAYS, 2)).start();
    life.spawned().after(60_000).fires(Timer.READY).treeGone();
    life.spawned().after(60_000).fires(Timer.READY);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.treeGone().phase()).isEqualTo(Phase.ERRORED);
    assertThat(life.reason())
        .isEqualTo(
            "not ready within 3 s (listen_timeout): gave up after 2 failed starts in a row"
                + " (max_restarts 2)");
  }

  @Test
  void aJobThatIsNotReadyInTimeIsNotTriedAgain() {
    Life life = Life.of(readiness(When.NEVER, 16)).start().spawned().fires(Timer.READY);
    assertThat(life.treeGone().phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.state().desiredState()).isEqualTo(DesiredState.IDLE);
    assertThat(life.reason())
        .isEqualTo("not ready within 3 s (listen_timeout), autorestart is off");
  }

  @Test
  void anExitBeforeReadinessIsAlwaysUnstable() {
    Life life = Life.of(READINESS).start().spawned().after(2500).exits(CRASH);
    assertThat(life.state().unstable()).isEqualTo(1);
    assertThat(life.reason()).isEqualTo("exit 1 after 2.5 s, before it was ready, restart 1/16");
    assertThat(life.effects()).startsWith(new CancelTimer(Timer.READY), announce(Change.EXIT));
  }

  @Test
  void aStopBeforeReadinessEndsTheProcess() {
    Life life = Life.of(READINESS).start().spawned().stop();
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.effects()).startsWith(new CancelTimer(Timer.READY));
    assertThat(life.effects()).contains(life.signal(Signal.SIGINT));
    assertThat(life.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aRestartBeforeReadinessReplacesTheProcess() {
    Life life = Life.of(READINESS).start().spawned().restart();
    assertThat(life.effects()).startsWith(new CancelTimer(Timer.READY));
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
    assertThat(life.state().unstable()).isZero();
  }

  @Test
  void stopDuringTheSpawnIsNotForgotten() {
    Life life = Life.of(PM2).start().stop();
    assertThat(life.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(life.spawned().phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.effects()).contains(life.signal(Signal.SIGINT));
  }

  @Test
  void aSpawnThatFailsAfterAStopIsStopped() {
    Life life = Life.of(PM2).start().stop().refused("no memory", true);
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason()).isEqualTo("stopped by command");
  }
}
