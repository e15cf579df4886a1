package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AmountsTest {
  @ParameterizedTest
  @CsvSource({
    "-5, 0s",
    "0, 0s",
    "119, 119s",
    "120, 2m",
    "7199, 119m",
    "7200, 2h",
    "172799, 47h",
    "172800, 2D",
    "40000000, 462D"
  })
  void uptimeUsesTheLargestUnitOfWhichThereAreTwo(long seconds, String text) {
    assertThat(Amounts.uptime(Duration.ofSeconds(seconds))).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0b", "1023, 1023b", "1024, 1.0kb", "54211379, 51.7mb", "3221225472, 3.0gb"})
  void memoryIsFormattedWithUnits(long bytes, String text) {
    assertThat(Amounts.memory(bytes)).isEqualTo(text);
  }

  @ParameterizedTest
  @CsvSource({"0, 0%", "0.04, 0%", "0.34, 0.3%", "99.96, 100%", "212.5, 212.5%"})
  void percentIsRoundedToOneDigit(double percent, String text) {
    assertThat(Amounts.percent(percent)).isEqualTo(text);
  }
}
