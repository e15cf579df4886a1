package io.jpm.console.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class PastTimeTest {
  private static final PastTime BERLIN =
      new PastTime(Instant.parse("2026-11-21T13:20:39Z"), ZoneId.of("Europe/Berlin"));

  @ParameterizedTest
  @CsvSource({
    "10m, 2026-11-21T13:10:39Z",
    "2h, 2026-11-21T11:20:39Z",
    "1d, 2026-11-20T13:20:39Z",
    "30s, 2026-11-21T13:20:09Z",
    "14:20, 2026-11-21T13:20:00Z",
    "14:20:30, 2026-11-21T13:20:30Z",
    "2026-11-21, 2026-11-20T23:00:00Z",
    "2026-11-21T13:20, 2026-11-21T12:20:00Z",
    "2026-11-21 13:20, 2026-11-21T12:20:00Z",
    "2026-11-21T13:20:30, 2026-11-21T12:20:30Z",
    "2026-11-21T13:20:30Z, 2026-11-21T13:20:30Z",
    "2026-11-21T13:20Z, 2026-11-21T13:20:00Z",
    "2026-11-21T13:20:30.5-05:00, 2026-11-21T18:20:30.5Z",
    "2026-07-01T12:00, 2026-07-01T10:00:00Z"
  })
  void usualNotationsAreParsed(String text, Instant moment) {
    assertThat(BERLIN.of(VerbOption.SINCE_TIME, text)).isEqualTo(moment);
  }

  @Test
  void timeLaterThanNowMeansYesterday() {
    assertThat(BERLIN.of(VerbOption.SINCE_TIME, "23:50"))
        .isEqualTo(Instant.parse("2026-11-20T22:50:00Z"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "yesterday", "10", "25:00", "2026-13-01", "-5m", "10 m", "13.20"})
  void invalidTimeIsReportedWithExamples(String text) {
    assertThatThrownBy(() -> BERLIN.of(VerbOption.UNTIL, text))
        .isInstanceOf(CommandFailure.class)
        .hasMessage(
            "--until \"%s\" is not a valid time: use a value such as 10m, 2h, 1d, 13:20, 2026-11-21 or 2026-11-21T13:20:30Z",
            text);
  }
}
