package io.jpm.supervise;

import static io.jpm.supervise.InstanceDriver.CRASH;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.process.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/// Restart delays that grow from restart to restart.
class SupervisionBackoffTest {
  private static final Duration CAP = Backoff.Exponential.DEFAULT_CAP;

  private static Backoff growing(long initialMillis, Duration cap, double jitter) {
    return new Backoff.Exponential(Duration.ofMillis(initialMillis), cap, jitter);
  }

  private static final SupervisionPolicy GROWING = InstanceDriver.with(growing(100, CAP, 0));

  @Test
  void delaysAreThoseOfPm2() {
    Backoff backoff = growing(100, CAP, 0);
    assertThat(
            IntStream.range(0, 16)
                .mapToLong(i -> BackoffCalculator.delay(backoff, i, 0).toMillis()))
        .containsExactly(
            100L, 150L, 225L, 337L, 505L, 757L, 1135L, 1702L, 2553L, 3829L, 5743L, 8614L, 12921L,
            15000L, 15000L, 15000L);
  }

  @Test
  void delayOfOneMillisecondGrows() {
    Backoff backoff = growing(1, Duration.ofMillis(9), 0);
    assertThat(
            IntStream.range(0, 7).mapToLong(i -> BackoffCalculator.delay(backoff, i, 0).toMillis()))
        .containsExactly(1L, 2L, 3L, 4L, 6L, 9L, 9L);
  }

  @Test
  void eachRestartWaitsLongerAndReportsTheDelay() {
    InstanceDriver instanceDriver = InstanceDriver.online(GROWING);
    List<String> reasons = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      reasons.add(instanceDriver.advance(12).exits(CRASH).reason());
      instanceDriver.timerFires(InstanceTimer.RESTART).spawned();
    }
    assertThat(reasons)
        .containsExactly(
            "exit 1 after 12 ms, restart 1/16 in 100 ms (exp backoff)",
            "exit 1 after 12 ms, restart 2/16 in 150 ms (exp backoff)",
            "exit 1 after 12 ms, restart 3/16 in 225 ms (exp backoff)",
            "exit 1 after 12 ms, restart 4/16 in 337 ms (exp backoff)");
  }

  @Test
  void stableRunShorterThanTheResetTimeKeepsTheDelayGrowing() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(GROWING)
            .advance(29_999)
            .exits(CRASH)
            .timerFires(InstanceTimer.RESTART)
            .spawned();
    assertThat(instanceDriver.advance(29_999).exits(CRASH).reason())
        .isEqualTo("exit 1 after 30 s, restart in 150 ms (exp backoff)");
  }

  @Test
  void runLongerThanTheResetTimeResetsTheDelay() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(GROWING).exits(CRASH).timerFires(InstanceTimer.RESTART).spawned();
    assertThat(instanceDriver.state().counters().attempts()).isEqualTo(1);
    instanceDriver.advance(30_000).exits(CRASH);
    assertThat(instanceDriver.effects()).contains(instanceDriver.timer(InstanceTimer.RESTART, 100));
  }

  @Test
  void restartByCommandResetsTheDelay() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(GROWING).exits(CRASH).timerFires(InstanceTimer.RESTART).spawned();
    instanceDriver.restart().treeGone().spawned();
    assertThat(instanceDriver.state().counters().attempts()).isZero();
    instanceDriver.exits(CRASH).restart();
    assertThat(instanceDriver.state().counters().attempts()).isZero();
  }

  @Test
  void attemptsAreNotCountedBeyondTheCap() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(growing(100, Duration.ofMillis(200), 0)));
    for (int i = 0; i < 10; i++) {
      instanceDriver.advance(2000).exits(CRASH).timerFires(InstanceTimer.RESTART).spawned();
    }
    assertThat(instanceDriver.state().counters().attempts()).isEqualTo(2);
    assertThat(instanceDriver.state().restarts()).isEqualTo(10);
    assertThat(InstanceDriver.online(InstanceDriver.PM2).exits(CRASH).state().counters().attempts())
        .isZero();
  }

  @Test
  void jitterVariesTheDelayBothWaysAndNeverBeyondTheCap() {
    Backoff backoff = growing(1000, Duration.ofMillis(1100), 0.5);
    long[] waits =
        LongStream.range(0, 2000)
            .map(seed -> BackoffCalculator.delay(backoff, 0, seed).toMillis())
            .toArray();
    assertThat(LongStream.of(waits).min().orElseThrow()).isBetween(500L, 520L);
    assertThat(LongStream.of(waits).max().orElseThrow()).isEqualTo(1100);
    assertThat(LongStream.of(waits).distinct().count()).isGreaterThan(300);
  }

  @Test
  void sameTimeAndGenerationGiveTheSameJitter() {
    SupervisionPolicy supervisionPolicy = InstanceDriver.with(growing(1000, CAP, 0.5));
    List<SupervisionEffect> one =
        InstanceDriver.online(supervisionPolicy).advance(7).exits(CRASH).effects();
    assertThat(InstanceDriver.online(supervisionPolicy).advance(7).exits(CRASH).effects())
        .isEqualTo(one);
    assertThat(InstanceDriver.online(supervisionPolicy).advance(8).exits(CRASH).effects())
        .isNotEqualTo(one);
  }

  @Test
  void fullJitterNeverRemovesTheDelay() {
    Backoff backoff = growing(1, CAP, 1);
    assertThat(
            LongStream.range(0, 2000)
                .map(seed -> BackoffCalculator.delay(backoff, 0, seed).toMillis()))
        .allMatch(wait -> wait >= 1);
    assertThat(InstanceDriver.online(InstanceDriver.with(backoff)).exits(CRASH).phase())
        .isEqualTo(Phase.WAITING_RESTART);
  }
}
