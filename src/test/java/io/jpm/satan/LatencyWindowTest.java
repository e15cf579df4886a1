package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

class LatencyWindowTest {
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final LatencyWindow recent = new LatencyWindow();

  @Test
  void emptyWindowIsZero() {
    assertThat(recent.worst(0)).isZero();
    assertThat(recent.missedCount(0)).isZero();
  }

  @Test
  void worstValueOfTenMinutesIsKept() {
    recent.recordLatency(500, 0);
    for (int minute = 1; minute < 10; minute++) {
      recent.recordLatency(minute, minute * MINUTE);
    }
    assertThat(recent.worst(10 * MINUTE - 1)).isEqualTo(Duration.ofNanos(500));
    assertThat(recent.worst(10 * MINUTE)).isEqualTo(Duration.ofNanos(9));
    assertThat(recent.worst(30 * MINUTE)).isZero();
  }

  @Test
  void missesAreCountedSeparately() {
    recent.recordMiss(0);
    recent.recordLatency(7, 1);
    recent.recordMiss(2);
    recent.recordMiss(5 * MINUTE);
    assertThat(recent.missedCount(5 * MINUTE)).isEqualTo(3);
    assertThat(recent.worst(5 * MINUTE)).isEqualTo(Duration.ofNanos(7));
    assertThat(recent.missedCount(12 * MINUTE)).isEqualTo(1);
  }
}
