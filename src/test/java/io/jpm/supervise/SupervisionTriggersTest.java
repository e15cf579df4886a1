package io.jpm.supervise;

import static io.jpm.supervise.Event.Cause.FILES;
import static io.jpm.supervise.Event.Cause.LIMIT;
import static io.jpm.supervise.Event.Cause.SCHEDULE;
import static io.jpm.supervise.Life.CLEAN;
import static io.jpm.supervise.Life.CRASH;
import static io.jpm.supervise.Life.PM2;
import static io.jpm.supervise.Life.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.supervise.Effect.Change;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The effect of schedules, file changes and limits in each phase.
class SupervisionTriggersTest {
  private static final Policies DELAYED = Life.with(new Backoff.Constant(Duration.ofMillis(800)));
  private static final Policies READINESS = Life.awaitingReady(RestartPolicy.DEFAULT);

  private static Life unready() {
    return Life.of(READINESS).start().spawned();
  }

  private static void assertNothingHappens(Life life, Event.Cause cause) {
    Supervised before = life.state();
    assertThat(life.due(cause, "due").state()).isEqualTo(before);
    assertThat(life.effects()).isEmpty();
  }

  // Failed health is a failure of the app: see SupervisionHealthTest.
  @ParameterizedTest
  @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "HEALTH")
  void whatRunsIsReplacedGracefully(Event.Cause cause) {
    Life life = Life.online(PM2).due(cause, "src/app.js changed");
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.reason()).isEqualTo("src/app.js changed");
    assertThat(life.effects()).contains(life.signal(Signal.SIGINT));
    life.treeGone();
    assertThat(life.effects()).contains(announce(Change.RESTART), new Effect.Spawn(2));
    assertThat(life.state().restarts()).isEqualTo(1);
    assertThat(life.reason()).isEqualTo("src/app.js changed");
  }

  @Test
  void onlyAnEditForgivesEarlierCrashes() {
    for (Event.Cause cause : Event.Cause.values()) {
      Life life = Life.online(PM2).exits(CRASH).spawned().due(cause, "due").treeGone();
      int expected =
          switch (cause) {
            case FILES -> 0;
            case SCHEDULE, LIMIT, BALANCE -> 1;
            case HEALTH -> 2;
          };
      assertThat(life.state().unstable()).isEqualTo(expected);
    }
  }

  @Test
  void anEditMakesTheNextWaitTheFirstAgain() {
    var growing = new Backoff.Exponential(Duration.ofMillis(100), Duration.ofSeconds(15), 0);
    Life life = Life.online(Life.with(growing)).exits(CRASH).fires(Timer.RESTART).spawned();
    assertThat(life.state().counters().attempts()).isEqualTo(1);
    assertThat(life.due(FILES, "x").treeGone().state().counters().attempts()).isZero();
  }

  @ParameterizedTest
  @EnumSource(names = {"SCHEDULE", "FILES"})
  void aScheduleOrAnEditEndsTheDelay(Event.Cause cause) {
    Life life = Life.online(DELAYED).exits(CRASH).due(cause, "due");
    assertThat(life.effects()).contains(announce(Change.RESTART), new Effect.Spawn(2));
    assertThat(life.reason()).isEqualTo("due");
    assertThat(life.state().restarts()).isEqualTo(1);
    assertThat(life.state().unstable()).isEqualTo(cause == FILES ? 0 : 1);
  }

  @Test
  void aLimitDoesNotEndTheDelay() {
    assertNothingHappens(Life.online(DELAYED).exits(CRASH), LIMIT);
  }

  @Test
  void anEditDuringTheSpawnReplacesWhatIsBeingMade() {
    Life life = Life.of(PM2).start().due(FILES, "app.js changed").spawned();
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.reason()).isEqualTo("app.js changed");
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @ParameterizedTest
  @EnumSource(names = {"SCHEDULE", "LIMIT"})
  void whatIsBeingMadeIsNewEnoughForAllElse(Event.Cause cause) {
    assertNothingHappens(Life.of(PM2).start(), cause);
  }

  @ParameterizedTest
  @EnumSource
  void whatWaitsForOthersWaitsOn(Event.Cause cause) {
    assertNothingHappens(Life.of(Life.dependent()).start(), cause);
  }

  @ParameterizedTest
  @EnumSource(names = {"FILES", "LIMIT"})
  void anEditOrALimitReplacesWhatIsNotReadyYet(Event.Cause cause) {
    Life life = unready().due(cause, "due");
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.effects()).startsWith(new Effect.CancelTimer(Timer.READY));
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void aScheduleLetsWhatIsNotReadyYetBecomeSo() {
    assertNothingHappens(unready(), SCHEDULE);
  }

  @ParameterizedTest
  @EnumSource
  void whatIsStoppingIsLeftToItsEnd(Event.Cause cause) {
    assertNothingHappens(Life.online(PM2).restart(), cause);
    assertNothingHappens(Life.online(PM2).stop(), cause);
    assertNothingHappens(Life.of(PM2).start().stop(), cause);
  }

  /// In PM2, cron starts an app that a user has stopped (defect 22).
  @ParameterizedTest
  @EnumSource
  void whatAPersonHasStoppedStaysStopped(Event.Cause cause) {
    assertNothingHappens(Life.online(PM2).stop().treeGone(), cause);
    assertNothingHappens(Life.of(PM2).stop(), cause);
  }

  @Test
  void aScheduledJobIsStartedAgain() {
    Life life = Life.online(Life.with(When.NEVER)).exits(CLEAN).due(SCHEDULE, "it is 4:00");
    assertThat(life.effects()).contains(announce(Change.START), new Effect.Spawn(2));
    assertThat(life.state().desiredState()).isEqualTo(DesiredState.UP);
    assertThat(life.state().restarts()).isZero();
    assertThat(life.reason()).isEqualTo("it is 4:00");
  }

  @Test
  void aScheduleStartsWhatNobodyHasStartedYet() {
    assertThat(Life.of(PM2).due(SCHEDULE, "it is 4:00").effects())
        .contains(announce(Change.START), new Effect.Spawn(1));
  }

  @ParameterizedTest
  @EnumSource(names = {"FILES", "LIMIT"})
  void onlyAScheduleStartsWhatRests(Event.Cause cause) {
    assertNothingHappens(Life.of(PM2), cause);
  }

  @ParameterizedTest
  @EnumSource(names = {"SCHEDULE", "FILES"})
  void aScheduleOrAnEditLeavesErroredAndCountsAfresh(Event.Cause cause) {
    Life life = Life.errored().due(cause, "due");
    assertThat(life.effects()).contains(announce(Change.START), new Effect.Spawn(2));
    assertThat(life.state().counters()).isEqualTo(Counters.ZERO);
  }

  @Test
  void aLimitDoesNotLeaveErrored() {
    assertNothingHappens(Life.errored(), LIMIT);
  }

  @Test
  void aScheduledStartWaitsForTheAppsItDependsOn() {
    Life life = Life.of(Life.dependent()).due(SCHEDULE, "it is 4:00");
    assertThat(life.effects()).contains(new Effect.AwaitDependencies(1));
  }
}
