package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.SatanReply;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.Usage;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class CpuMeterTest {
  private static final long SECOND = 1_000_000_000L;
  private static final ProcessIdentity A = new ProcessIdentity("b", 1, 1);

  private static double percent(CpuMeter meter, long cpuNanos, long now) {
    var loads = meter.loads(Map.of(A, new Usage(4096, cpuNanos)), now);
    SatanReply.Load load = Objects.requireNonNull(loads.get(A));
    assertThat(load.memoryBytes()).isEqualTo(4096);
    return load.cpuPercent();
  }

  @Test
  void theLoadIsTheDifferenceToTheSampleBefore() {
    var meter = new CpuMeter();
    assertThat(percent(meter, 5 * SECOND, 100 * SECOND)).isZero();
    assertThat(percent(meter, 6 * SECOND, 102 * SECOND)).isEqualTo(50);
    assertThat(percent(meter, 10 * SECOND, 104 * SECOND)).isEqualTo(200);
  }

  @Test
  void twoLooksAtOnceGiveTheSameAnswer() {
    var meter = new CpuMeter();
    percent(meter, 0, 0);
    assertThat(percent(meter, SECOND, 2 * SECOND)).isEqualTo(50);
    assertThat(percent(meter, SECOND + 1, 2 * SECOND + 1)).isEqualTo(50);
  }

  @Test
  void aProcessNobodyAsksAboutIsForgotten() {
    var meter = new CpuMeter();
    percent(meter, 0, 0);
    assertThat(percent(meter, SECOND, 700 * SECOND)).isZero();
  }
}
