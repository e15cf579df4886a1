package io.jpm.supervise;

import static io.jpm.supervise.Life.CLEAN;
import static io.jpm.supervise.Life.CRASH;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Crash loops whose runs are not short: the restart window, the default delays, and the reported
/// reasons.
class SupervisionWindowTest {
  private static final Policies USUAL = Life.with(RestartPolicy.DEFAULT);

  private static Policies window(int most, Duration time) {
    return Life.with(RestartPolicy.DEFAULT.with(new RestartWindow(most, time)));
  }

  private static boolean loops(Life life, long uptimeMillis) {
    long now = life.state().onlineSinceNanos() + Duration.ofMillis(uptimeMillis).toNanos();
    return CrashLoop.is(life.state(), RestartPolicy.DEFAULT, now);
  }

  /// A JVM that crashes after five seconds seemed healthy: PM2 counts only runs shorter than
  /// `min_uptime`.
  @Test
  void sixteenFailuresInFiveMinutesAreTooManyHoweverLongEachRunWas() {
    Life life = Life.online(USUAL);
    int runs = 1;
    while (life.after(5000).exits(CRASH).phase() != Phase.ERRORED) {
      assertThat(life.phase()).isEqualTo(Phase.LAUNCHING);
      life.spawned();
      runs++;
    }
    assertThat(runs).isEqualTo(16);
    assertThat(life.reason())
        .isEqualTo("exit 1 after 5 s: gave up after 16 failures within 5 min (restart_window)");
    assertThat(life.state().counters().failures()).isEqualTo(Counters.Failures.NONE);
  }

  @Test
  void failuresThatAreFartherApartNeverAre() {
    Life life = Life.online(USUAL);
    for (int i = 0; i < 100; i++) {
      assertThat(life.after(21_000).exits(CRASH).spawned().phase()).isEqualTo(Phase.ONLINE);
    }
  }

  @Test
  void whatIsRestartedByDesignIsForEver() {
    Life life = Life.online(USUAL);
    for (int i = 0; i < 100; i++) {
      assertThat(life.after(2000).exits(CLEAN).spawned().phase()).isEqualTo(Phase.ONLINE);
      assertThat(loops(life, 0)).isFalse();
    }
    life.after(2000).exits(new Exit.Code(143)).spawned();
    life.after(2000).exits(new Exit.Signalled(15, false)).spawned();
    assertThat(life.state().counters().failures()).isEqualTo(Counters.Failures.NONE);
  }

  @Test
  void aPersonsCommandBeginsTheWindowAnew() {
    Life life = Life.online(window(3, Duration.ofMinutes(1)));
    life.after(2000).exits(CRASH).spawned().after(2000).exits(CRASH).spawned();
    life.restart().treeGone().spawned();
    life.after(2000).exits(CRASH).spawned().after(2000).exits(CRASH).spawned();
    assertThat(life.phase()).isEqualTo(Phase.ONLINE);
    assertThat(life.after(2000).exits(CRASH).phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void noWindowIsNoLimit() {
    Life life = Life.online(Life.with(RestartPolicy.DEFAULT.with(RestartWindow.OFF)));
    for (int i = 0; i < 100; i++) {
      assertThat(life.after(1000).exits(CRASH).spawned().phase()).isEqualTo(Phase.ONLINE);
    }
  }

  /// Users of PM2 mean consecutive crashes when they set a smaller `max_restarts`.
  @Test
  void aSmallerNumberForEndsInARowDoesNotNarrowTheWindow() {
    assertThat(RestartWindow.beside(3).most()).isEqualTo(16);
    assertThat(RestartWindow.beside(100).most()).isEqualTo(100);
  }

  @Test
  void anotherDaemonGoesOnCounting() {
    Life life = Life.online(window(3, Duration.ofMinutes(1)));
    life.after(2000).exits(CRASH).spawned().after(2000).exits(CRASH).spawned();
    life.after(1000).adopted(1000);
    assertThat(life.state().counters().failures().count()).isEqualTo(2);
    assertThat(life.after(2000).exits(CRASH).phase()).isEqualTo(Phase.ERRORED);
  }

  /// The length of the run is unknown, so it is not counted; earlier failures still are.
  @Test
  void whatAnotherDaemonFindsGoneIsNotCountedAndForgetsNothing() {
    Life life = Life.online(window(3, Duration.ofMinutes(1)));
    life.after(2000).exits(CRASH).spawned().after(2000).exits(CRASH).spawned();
    life.foundGone(CRASH, false).spawned();
    assertThat(life.state().counters().failures().count()).isEqualTo(2);
    assertThat(life.after(2000).exits(CRASH).phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void aProcessThatHasOutlivedTheWindowIsAdoptedWithoutIt() {
    Life life = Life.online(window(3, Duration.ofMinutes(1)));
    life.after(2000).exits(CRASH).spawned().after(2000).exits(CRASH).spawned();
    life.after(61_000).adopted(61_000);
    assertThat(life.exits(CRASH).spawned().phase()).isEqualTo(Phase.ONLINE);
    assertThat(life.state().counters().failures().count()).isEqualTo(1);
  }

  @Test
  void theFirstTwoQuickEndsAreAnsweredAtOnceAndThenTheWaitsGrow() {
    Life life = Life.online(USUAL);
    List<Long> waits = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    while (life.after(5).exits(CRASH).phase() != Phase.ERRORED) {
      reasons.add(life.reason());
      long wait =
          life.effects().stream()
              .filter(Effect.StartTimer.class::isInstance)
              .map(effect -> ((Effect.StartTimer) effect).delay().toMillis())
              .findFirst()
              .orElse(0L);
      waits.add(wait);
      if (wait > 0) {
        life.after(wait).fires(Timer.RESTART);
      }
      life.spawned();
    }
    assertThat(waits)
        .containsExactly(
            0L, 0L, 100L, 200L, 400L, 800L, 1600L, 3000L, 3000L, 3000L, 3000L, 3000L, 3000L, 3000L,
            3000L);
    assertThat(reasons.get(1)).isEqualTo("exit 1 after 5 ms, restart 2/16");
    assertThat(reasons.get(2)).isEqualTo("exit 1 after 5 ms, restart 3/16 in 100 ms (exp backoff)");
    assertThat(life.reason())
        .isEqualTo(
            "exit 1 after 5 ms: gave up after 16 runs in a row shorter than 1 s (max_restarts 16)");
  }

  @Test
  void aRunThatWasLongEnoughEndsTheWaits() {
    Life life = Life.online(USUAL);
    for (int i = 0; i < 5; i++) {
      life.after(5).exits(CRASH).fires(Timer.RESTART).spawned();
    }
    assertThat(life.after(1000).exits(CRASH).phase()).isEqualTo(Phase.LAUNCHING);
  }

  @Test
  void anOwnDelayWins() {
    RestartPolicy own = RestartPolicy.DEFAULT.with(new Backoff.Constant(Duration.ZERO));
    Life life = Life.online(Life.with(own));
    for (int i = 0; i < 10; i++) {
      assertThat(life.after(5).exits(CRASH).phase()).isEqualTo(Phase.LAUNCHING);
      life.spawned();
    }
  }

  @Test
  void theThirdFailureMakesACrashLoopAndASoundRunEndsIt() {
    for (long uptime : new long[] {5, 5000}) {
      Life life = Life.online(USUAL);
      life.after(uptime).exits(CRASH).spawned().after(uptime).exits(CRASH).spawned();
      assertThat(loops(life, 0)).isFalse();
      life.after(uptime).exits(CRASH);
      assertThat(loops(life, 0)).isTrue();
      life.fires(Timer.RESTART).spawned();
      assertThat(loops(life, 29_999)).isTrue();
      assertThat(loops(life, 30_000)).isFalse();
      assertThat(loops(life.stop().exits(CRASH).treeGone(), 0)).isFalse();
    }
  }

  @Test
  void whatIsNeverStartedAgainIsInNoLoop() {
    Life life = Life.online(Life.with(RestartPolicy.DEFAULT.with(When.NEVER)));
    for (int i = 0; i < 5; i++) {
      life.after(5).exits(CRASH);
      assertThat(loops(life, 0)).isFalse();
      life.start().spawned();
    }
  }
}
