package io.jpm.supervise;

import static io.jpm.supervise.InstanceDriver.CLEAN;
import static io.jpm.supervise.InstanceDriver.CRASH;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.RestartPolicy.When;
import io.jpm.model.RestartWindow;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/// Crash loops whose runs are not short: the restart window, the default delays, and the reported
/// reasons.
class SupervisionWindowTest {
  private static final SupervisionPolicy DEFAULTS = InstanceDriver.with(RestartPolicy.DEFAULT);

  private static SupervisionPolicy window(int most, Duration time) {
    return InstanceDriver.with(RestartPolicy.DEFAULT.with(new RestartWindow(most, time)));
  }

  private static boolean isCrashLoop(InstanceDriver instanceDriver, long uptimeMillis) {
    long now =
        instanceDriver.state().onlineSinceNanos() + Duration.ofMillis(uptimeMillis).toNanos();
    return CrashLoopDetector.isLooping(instanceDriver.state(), RestartPolicy.DEFAULT, now);
  }

  /// A JVM that crashes after five seconds seemed healthy: PM2 counts only runs shorter than
  /// `min_uptime`.
  @Test
  void sixteenFailuresWithinTheWindowLeadToErroredHoweverLongTheRuns() {
    InstanceDriver instanceDriver = InstanceDriver.online(DEFAULTS);
    int runs = 1;
    while (instanceDriver.advance(5000).exits(CRASH).phase() != Phase.ERRORED) {
      assertThat(instanceDriver.phase()).isEqualTo(Phase.LAUNCHING);
      instanceDriver.spawned();
      runs++;
    }
    assertThat(runs).isEqualTo(16);
    assertThat(instanceDriver.reason())
        .isEqualTo("exit 1 after 5 s: gave up after 16 failures within 5 min (restart_window)");
    assertThat(instanceDriver.state().counters().failures())
        .isEqualTo(RestartCounters.Failures.NONE);
  }

  @Test
  void failuresFartherApartThanTheWindowNeverLeadToErrored() {
    InstanceDriver instanceDriver = InstanceDriver.online(DEFAULTS);
    for (int i = 0; i < 100; i++) {
      assertThat(instanceDriver.advance(21_000).exits(CRASH).spawned().phase())
          .isEqualTo(Phase.ONLINE);
    }
  }

  @Test
  void successfulExitsAreNotFailures() {
    InstanceDriver instanceDriver = InstanceDriver.online(DEFAULTS);
    for (int i = 0; i < 100; i++) {
      assertThat(instanceDriver.advance(2000).exits(CLEAN).spawned().phase())
          .isEqualTo(Phase.ONLINE);
      assertThat(isCrashLoop(instanceDriver, 0)).isFalse();
    }
    instanceDriver.advance(2000).exits(new Exit.Code(143)).spawned();
    instanceDriver.advance(2000).exits(new Exit.Signalled(15, false)).spawned();
    assertThat(instanceDriver.state().counters().failures())
        .isEqualTo(RestartCounters.Failures.NONE);
  }

  @Test
  void restartByCommandResetsTheWindow() {
    InstanceDriver instanceDriver = InstanceDriver.online(window(3, Duration.ofMinutes(1)));
    instanceDriver.advance(2000).exits(CRASH).spawned().advance(2000).exits(CRASH).spawned();
    instanceDriver.restart().treeGone().spawned();
    instanceDriver.advance(2000).exits(CRASH).spawned().advance(2000).exits(CRASH).spawned();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceDriver.advance(2000).exits(CRASH).phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void withoutAWindowThereIsNoLimit() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(RestartPolicy.DEFAULT.with(RestartWindow.OFF)));
    for (int i = 0; i < 100; i++) {
      assertThat(instanceDriver.advance(1000).exits(CRASH).spawned().phase())
          .isEqualTo(Phase.ONLINE);
    }
  }

  /// Users of PM2 mean consecutive crashes when they set a smaller `max_restarts`.
  @Test
  void smallerMaxRestartsDoesNotLowerTheWindowLimit() {
    assertThat(RestartWindow.forMaxRestarts(3).most()).isEqualTo(16);
    assertThat(RestartWindow.forMaxRestarts(100).most()).isEqualTo(100);
  }

  @Test
  void nextDaemonContinuesTheCount() {
    InstanceDriver instanceDriver = InstanceDriver.online(window(3, Duration.ofMinutes(1)));
    instanceDriver.advance(2000).exits(CRASH).spawned().advance(2000).exits(CRASH).spawned();
    instanceDriver.advance(1000).adopted(1000);
    assertThat(instanceDriver.state().counters().failures().count()).isEqualTo(2);
    assertThat(instanceDriver.advance(2000).exits(CRASH).phase()).isEqualTo(Phase.ERRORED);
  }

  /// The length of the run is unknown, so it is not counted; earlier failures still are.
  @Test
  void exitWithoutADaemonIsNotCountedAndKeepsTheCount() {
    InstanceDriver instanceDriver = InstanceDriver.online(window(3, Duration.ofMinutes(1)));
    instanceDriver.advance(2000).exits(CRASH).spawned().advance(2000).exits(CRASH).spawned();
    instanceDriver.foundGone(CRASH, false).spawned();
    assertThat(instanceDriver.state().counters().failures().count()).isEqualTo(2);
    assertThat(instanceDriver.advance(2000).exits(CRASH).phase()).isEqualTo(Phase.ERRORED);
  }

  @Test
  void adoptionOfAProcessOlderThanTheWindowResetsTheCount() {
    InstanceDriver instanceDriver = InstanceDriver.online(window(3, Duration.ofMinutes(1)));
    instanceDriver.advance(2000).exits(CRASH).spawned().advance(2000).exits(CRASH).spawned();
    instanceDriver.advance(61_000).adopted(61_000);
    assertThat(instanceDriver.exits(CRASH).spawned().phase()).isEqualTo(Phase.ONLINE);
    assertThat(instanceDriver.state().counters().failures().count()).isEqualTo(1);
  }

  @Test
  void firstTwoCrashesRestartAtOnceAndLaterDelaysGrow() {
    InstanceDriver instanceDriver = InstanceDriver.online(DEFAULTS);
    List<Long> waits = new ArrayList<>();
    List<String> reasons = new ArrayList<>();
    while (instanceDriver.advance(5).exits(CRASH).phase() != Phase.ERRORED) {
      reasons.add(instanceDriver.reason());
      long wait =
          instanceDriver.effects().stream()
              .filter(SupervisionEffect.StartTimer.class::isInstance)
              .map(supervisionEffect ->
                  ((SupervisionEffect.StartTimer) supervisionEffect).delay().toMillis())
              .findFirst()
              .orElse(0L);
      waits.add(wait);
      if (wait > 0) {
        instanceDriver.advance(wait).timerFires(InstanceTimer.RESTART);
      }
      instanceDriver.spawned();
    }
    assertThat(waits)
        .containsExactly(
            0L, 0L, 100L, 200L, 400L, 800L, 1600L, 3000L, 3000L, 3000L, 3000L, 3000L, 3000L, 3000L,
            3000L);
    assertThat(reasons.get(1)).isEqualTo("exit 1 after 5 ms, restart 2/16");
    assertThat(reasons.get(2)).isEqualTo("exit 1 after 5 ms, restart 3/16 in 100 ms (exp backoff)");
    assertThat(instanceDriver.reason())
        .isEqualTo(
            "exit 1 after 5 ms: gave up after 16 runs in a row shorter than 1 s (max_restarts 16)");
  }

  @Test
  void stableRunEndsTheDelays() {
    InstanceDriver instanceDriver = InstanceDriver.online(DEFAULTS);
    for (int i = 0; i < 5; i++) {
      instanceDriver.advance(5).exits(CRASH).timerFires(InstanceTimer.RESTART).spawned();
    }
    assertThat(instanceDriver.advance(1000).exits(CRASH).phase()).isEqualTo(Phase.LAUNCHING);
  }

  @Test
  void configuredDelayOverridesTheDefault() {
    RestartPolicy own = RestartPolicy.DEFAULT.with(new Backoff.Constant(Duration.ZERO));
    InstanceDriver instanceDriver = InstanceDriver.online(InstanceDriver.with(own));
    for (int i = 0; i < 10; i++) {
      assertThat(instanceDriver.advance(5).exits(CRASH).phase()).isEqualTo(Phase.LAUNCHING);
      instanceDriver.spawned();
    }
  }

  @Test
  void thirdFailureIsACrashLoopUntilAStableRun() {
    for (long uptime : new long[] {5, 5000}) {
      InstanceDriver instanceDriver = InstanceDriver.online(DEFAULTS);
      instanceDriver.advance(uptime).exits(CRASH).spawned().advance(uptime).exits(CRASH).spawned();
      assertThat(isCrashLoop(instanceDriver, 0)).isFalse();
      instanceDriver.advance(uptime).exits(CRASH);
      assertThat(isCrashLoop(instanceDriver, 0)).isTrue();
      instanceDriver.timerFires(InstanceTimer.RESTART).spawned();
      assertThat(isCrashLoop(instanceDriver, 29_999)).isTrue();
      assertThat(isCrashLoop(instanceDriver, 30_000)).isFalse();
      assertThat(isCrashLoop(instanceDriver.stop().exits(CRASH).treeGone(), 0)).isFalse();
    }
  }

  @Test
  void appThatIsNotRestartedIsNeverInACrashLoop() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(RestartPolicy.DEFAULT.with(When.NEVER)));
    for (int i = 0; i < 5; i++) {
      instanceDriver.advance(5).exits(CRASH);
      assertThat(isCrashLoop(instanceDriver, 0)).isFalse();
      instanceDriver.start().spawned();
    }
  }
}
