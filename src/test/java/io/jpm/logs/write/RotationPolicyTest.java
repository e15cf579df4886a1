package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.FullLogPolicy;
import io.jpm.model.LogLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class RotationPolicyTest {
  private static final Instant NOW = Instant.parse("2026-11-21T12:00:00Z");
  private static final Optional<Instant> AN_HOUR_AGO = Optional.of(NOW.minus(Duration.ofHours(1)));

  private static boolean isDue(
      long maxSize, Duration every, long size, int incoming, boolean midLine) {
    var limits =
        new LogLimits(maxSize, every, 5, Duration.ZERO, 0, true, FullLogPolicy.DROP_OLDEST);
    return RotationPolicy.isDue(limits, size, incoming, AN_HOUR_AGO, NOW, midLine);
  }

  @Test
  void fileIsRotatedBeforeItExceedsTheMaximumSize() {
    assertThat(isDue(1000, Duration.ZERO, 900, 100, false)).isFalse();
    assertThat(isDue(1000, Duration.ZERO, 900, 101, false)).isTrue();
  }

  @Test
  void emptyFileIsNeverRotated() {
    assertThat(isDue(1000, Duration.ofMinutes(1), 0, 5000, false)).isFalse();
  }

  @Test
  void fileIsRotatedWhenItsFirstLineIsOldEnough() {
    assertThat(isDue(0, Duration.ofMinutes(61), 1, 1, false)).isFalse();
    assertThat(isDue(0, Duration.ofMinutes(60), 1, 1, false)).isTrue();
  }

  @Test
  void zeroMeansNoLimit() {
    assertThat(isDue(0, Duration.ZERO, Long.MAX_VALUE / 2, 1, false)).isFalse();
  }

  @Test
  void incompleteLineDelaysTheRotationButNotForever() {
    assertThat(isDue(1000, Duration.ofMinutes(1), 1999, 500, true)).isFalse();
    assertThat(isDue(1000, Duration.ZERO, 2000, 500, true)).isTrue();
  }
}
