package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.SystemUsage;
import org.junit.jupiter.api.Test;

class SystemCpuMeterTest {
  private static final long SECOND = 1_000_000_000L;

  private final SystemCpuMeter meter = new SystemCpuMeter();

  /// Returns the load at `second` on two processors; their time is given in hundredths of a second.
  private double loadAt(long second, long busy) {
    return meter.percent(new SystemUsage(2, busy * SECOND / 100, 0, 0, 0), second * SECOND);
  }

  @Test
  void loadIsTheDifferenceToTheSampleBefore() {
    assertThat(loadAt(10, 500)).isZero();
    assertThat(loadAt(12, 600)).isEqualTo(50);
    assertThat(loadAt(13, 750)).isEqualTo(150);
  }

  @Test
  void loadIsBoundedByTheNumberOfProcessors() {
    loadAt(10, 500);
    assertThat(loadAt(11, 701)).as("load for a hundredth of a second too much").isEqualTo(200);
    assertThat(loadAt(12, 700)).as("load for a decreased counter").isZero();
  }
}
