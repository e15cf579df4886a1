package io.jpm.supervise;

import static io.jpm.supervise.Life.CRASH;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Backoff;
import io.jpm.model.run.Phase;
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

  private static final Policies GROWING = Life.with(growing(100, CAP, 0));

  @Test
  void theSeriesIsThatOfPm2() {
    Backoff backoff = growing(100, CAP, 0);
    assertThat(IntStream.range(0, 16).mapToLong(i -> Delay.of(backoff, i, 0).toMillis()))
        .containsExactly(
            100L, 150L, 225L, 337L, 505L, 757L, 1135L, 1702L, 2553L, 3829L, 5743L, 8614L, 12921L,
            15000L, 15000L, 15000L);
  }

  @Test
  void evenOneMillisecondGrows() {
    Backoff backoff = growing(1, Duration.ofMillis(9), 0);
    assertThat(IntStream.range(0, 7).mapToLong(i -> Delay.of(backoff, i, 0).toMillis()))
        .containsExactly(1L, 2L, 3L, 4L, 6L, 9L, 9L);
  }

  @Test
  void eachRestartWaitsLongerAndSaysSo() {
    Life life = Life.online(GROWING);
    List<String> reasons = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      reasons.add(life.after(12).exits(CRASH).reason());
      life.fires(Timer.RESTART).spawned();
    }
    assertThat(reasons)
        .containsExactly(
            "exit 1 after 12 ms, restart 1/16 in 100 ms (exp backoff)",
            "exit 1 after 12 ms, restart 2/16 in 150 ms (exp backoff)",
            "exit 1 after 12 ms, restart 3/16 in 225 ms (exp backoff)",
            "exit 1 after 12 ms, restart 4/16 in 337 ms (exp backoff)");
  }

  @Test
  void aStableRunThatIsTooShortForTheResetKeepsTheWaitGrowing() {
    Life life = Life.online(GROWING).after(29_999).exits(CRASH).fires(Timer.RESTART).spawned();
    assertThat(life.after(29_999).exits(CRASH).reason())
        .isEqualTo("exit 1 after 30 s, restart in 150 ms (exp backoff)");
  }

  @Test
  void aGoodRunMakesTheNextWaitTheFirstAgain() {
    Life life = Life.online(GROWING).exits(CRASH).fires(Timer.RESTART).spawned();
    assertThat(life.state().counters().attempts()).isEqualTo(1);
    life.after(30_000).exits(CRASH);
    assertThat(life.effects()).contains(life.timer(Timer.RESTART, 100));
  }

  @Test
  void aPersonsRestartMakesTheNextWaitTheFirstAgain() {
    Life life = Life.online(GROWING).exits(CRASH).fires(Timer.RESTART).spawned();
    life.restart().treeGone().spawned();
    assertThat(life.state().counters().attempts()).isZero();
    life.exits(CRASH).restart();
    assertThat(life.state().counters().attempts()).isZero();
  }

  @Test
  void nothingIsCountedOnAtTheCap() {
    Life life = Life.online(Life.with(growing(100, Duration.ofMillis(200), 0)));
    for (int i = 0; i < 10; i++) {
      life.after(2000).exits(CRASH).fires(Timer.RESTART).spawned();
    }
    assertThat(life.state().counters().attempts()).isEqualTo(2);
    assertThat(life.state().restarts()).isEqualTo(10);
    assertThat(Life.online(Life.PM2).exits(CRASH).state().counters().attempts()).isZero();
  }

  @Test
  void jitterMovesTheWaitBothWaysWithinItsPartAndNeverBeyondTheCap() {
    Backoff backoff = growing(1000, Duration.ofMillis(1100), 0.5);
    long[] waits =
        LongStream.range(0, 2000).map(seed -> Delay.of(backoff, 0, seed).toMillis()).toArray();
    assertThat(LongStream.of(waits).min().orElseThrow()).isBetween(500L, 520L);
    assertThat(LongStream.of(waits).max().orElseThrow()).isEqualTo(1100);
    assertThat(LongStream.of(waits).distinct().count()).isGreaterThan(300);
  }

  @Test
  void theSameMomentAndGenerationGiveTheSameJitter() {
    Policies policies = Life.with(growing(1000, CAP, 0.5));
    List<Effect> one = Life.online(policies).after(7).exits(CRASH).effects();
    assertThat(Life.online(policies).after(7).exits(CRASH).effects()).isEqualTo(one);
    assertThat(Life.online(policies).after(8).exits(CRASH).effects()).isNotEqualTo(one);
  }

  @Test
  void fullJitterStillWaits() {
    Backoff backoff = growing(1, CAP, 1);
    assertThat(LongStream.range(0, 2000).map(seed -> Delay.of(backoff, 0, seed).toMillis()))
        .allMatch(wait -> wait >= 1);
    assertThat(Life.online(Life.with(backoff)).exits(CRASH).phase())
        .isEqualTo(Phase.WAITING_RESTART);
  }
}
