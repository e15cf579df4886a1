package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class RecentMinutesTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final RecentMinutes recent = new RecentMinutes();

  @Test
  void nothingYetIsNothing() {
    assertThat(recent.worst(0)).isZero();
    assertThat(recent.missedCount(0)).isZero();
  }

  @Test
  void theWorstOfTenMinutesIsKeptAndThenForgotten() {
    recent.took(500, 0);
    for (int minute = 1; minute < 10; minute++) {
      recent.took(minute, minute * MINUTE);
    }
    assertThat(recent.worst(10 * MINUTE - 1)).isEqualTo(Duration.ofNanos(500));
    assertThat(recent.worst(10 * MINUTE)).isEqualTo(Duration.ofNanos(9));
    assertThat(recent.worst(30 * MINUTE)).isZero();
  }

  @Test
  void missesAreCountedBesideTheTimes() {
    recent.missed(0);
    recent.took(7, 1);
    recent.missed(2);
    recent.missed(5 * MINUTE);
    assertThat(recent.missedCount(5 * MINUTE)).isEqualTo(3);
    assertThat(recent.worst(5 * MINUTE)).isEqualTo(Duration.ofNanos(7));
    assertThat(recent.missedCount(12 * MINUTE)).isEqualTo(1);
  }
}
