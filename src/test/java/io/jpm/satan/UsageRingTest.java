package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.satan.UsagePoint;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class UsageRingTest {
  private static final long STEP = UsageRing.STEP_MILLIS;
  private static final long NOW = 1_700_000_000_000L;

  private final UsageRing ring = new UsageRing();

  private static UsagePoint point(long millis, double cpu, long memory) {
    return new UsagePoint(Instant.ofEpochMilli(millis), cpu, memory);
  }

  @Test
  void frequentSamplesAreCombined() {
    ring.add(NOW, 10, 100);
    for (int second = 1; second <= 5; second++) {
      ring.add(NOW + second * 1000L, second * 10, second == 3 ? 900 : 200);
    }
    assertThat(ring.points(NOW + STEP))
        .containsExactly(point(NOW, 10, 100), point(NOW + STEP, 30, 900));
  }

  @Test
  void slightlyEarlySampleIsASeparatePoint() {
    ring.add(NOW, 1, 1);
    ring.add(NOW + STEP - 100, 2, 2);
    assertThat(ring.points(NOW + STEP)).hasSize(2);
  }

  @Test
  void oldestPointsAreRemoved() {
    for (int i = 0; i < 3 * UsageRing.POINTS; i++) {
      ring.add(NOW + i * STEP, i, i);
    }
    long now = NOW + (3 * UsageRing.POINTS - 1) * STEP;
    assertThat(ring.points(now)).hasSize(UsageRing.POINTS);
    assertThat(ring.points(now).getFirst().memoryBytes()).isEqualTo(2 * UsageRing.POINTS);
    assertThat(ring.points(now).getLast()).isEqualTo(point(now, 359, 359));
  }

  @Test
  void pointsOlderThanTenMinutesAreLeftOut() {
    ring.add(NOW, 1, 1);
    ring.add(NOW + 60_000, 2, 2);
    assertThat(ring.points(NOW + 600_001)).containsExactly(point(NOW + 60_000, 2, 2));
    assertThat(ring.isOld(NOW + 600_001)).isFalse();
    assertThat(ring.isOld(NOW + 660_001)).isTrue();
  }

  @Test
  void clockSetBackClearsThePoints() {
    ring.add(NOW, 1, 1);
    ring.add(NOW - 60_000, 2, 2);
    assertThat(ring.points(NOW)).containsExactly(point(NOW - 60_000, 2, 2));
  }
}
