package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.satan.UsagePoint;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

class ChartTest {
  private static final TerminalFeatures ASCII = new TerminalFeatures(false, false);

  @Test
  void samplesWithinFiveSecondsAreOnePoint() {
    var chart = new Chart();
    chart.add(1_000, new ResourceUse(10, 100));
    chart.add(2_000, new ResourceUse(20, 50));
    chart.add(6_000, new ResourceUse(40, 10));
    assertThat(chart.cpu()).containsExactly(15, 40);
    assertThat(chart.memory()).containsExactly(100, 10);
  }

  @Test
  void pastUsagePrecedesLiveSamples() {
    var chart = new Chart();
    chart.add(10_000, new ResourceUse(3, 3));
    chart.addHistory(
        List.of(new UsagePoint(Instant.EPOCH, 1, 1), new UsagePoint(Instant.EPOCH, 2, 2)));
    assertThat(chart.cpu()).containsExactly(1, 2, 3);
    chart.add(11_000, new ResourceUse(5, 5));
    assertThat(chart.cpu()).containsExactly(1, 2, 4);
  }

  @Test
  void numberOfPointsIsLimited() {
    var chart = new Chart();
    for (int i = 0; i < 500; i++) {
      chart.add(i * 5_000L, new ResourceUse(i, i));
    }
    assertThat(chart.cpu()).hasSize(Chart.POINTS).endsWith(499);
  }

  @Test
  void sparklineIsRightAlignedAndScaled() {
    double[] values = {0, 50, 100};
    assertThat(Sparkline.of(values, 5, 25, ScreenSamples.PLAIN)).isEqualTo("  ▁▅█");
    assertThat(Sparkline.of(values, 2, 25, ASCII)).isEqualTo("+@");
    assertThat(Sparkline.of(new double[] {1}, 1, 25, ASCII)).isEqualTo("_");
    assertThat(Sparkline.of(new double[0], 3, 25, ASCII)).isEqualTo("   ");
  }
}
