package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.run.SystemUsage;
import org.junit.jupiter.api.Test;

class SystemMeterTest {
  private static final long SECOND = 1_000_000_000L;

  private final SystemMeter meter = new SystemMeter();

  /// Returns the load at `second` on two processors; their time is given in hundredths of a second.
  private double at(long second, long busy) {
    return meter.percent(new SystemUsage(2, busy * SECOND / 100, 0, 0, 0), second * SECOND);
  }

  @Test
  void theLoadIsTheDifferenceToTheSampleBefore() {
    assertThat(at(10, 500)).isZero();
    assertThat(at(12, 600)).isEqualTo(50);
    assertThat(at(13, 750)).isEqualTo(150);
  }

  @Test
  void noMoreIsUsedThanThereIs() {
    at(10, 500);
    assertThat(at(11, 701)).as("load for a hundredth of a second too much").isEqualTo(200);
    assertThat(at(12, 700)).as("load for a decreased counter").isZero();
  }
}
