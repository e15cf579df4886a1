package io.jpm.model.text;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.time.ZoneId;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TimePatternTest {
  private static final ZoneId ZONE = ZoneId.of("Asia/Kathmandu");

  /// A Friday afternoon in that zone, +05:45; the second day of the year, in its first week.
  private static final Instant MOMENT = Instant.parse("2026-01-02T07:20:09.045Z");

  private static String formatAt(String pattern, String instant) {
    return new TimePattern(pattern).format(Instant.parse(instant), ZONE);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          YYYY   | 2026
          YY     | 26
          MMMM   | January
          MMM    | Jan
          MM     | 01
          M      | 1
          Do     | 2nd
          DDDD   | 002
          DDD    | 2
          DD     | 02
          D      | 2
          dddd   | Friday
          ddd    | Fri
          dd     | Fr
          d      | 5
          HH     | 13
          H      | 13
          hh     | 01
          h      | 1
          kk     | 13
          k      | 13
          mm     | 05
          m      | 5
          ss     | 09
          s      | 9
          SSS    | 045
          SS     | 04
          S      | 0
          A      | PM
          a      | pm
          Z      | +05:45
          ZZ     | +0545
          X      | 1767338409
          x      | 1767338409045
          W      | 1
          WW     | 01
          E      | 5
          YYYY-MM-DDTHH:mm:ss             | 2026-01-02T13:05:09
          YYYY-MM-DD HH:mm:ss.SSS Z       | 2026-01-02 13:05:09.045 +05:45
          YYYY-MM-DD-HH:mm:ssZZ           | 2026-01-02-13:05:09+0545
          [YYYY] YYYY [at] h [o'clock]    | YYYY 2026 at 1 o'clock
          []                              | ``
          [HH                             | [13
          HH]                             | 13]
          YYYYY                           | 2026Y
          Tuq, 'r' {0} %s \\ é\uD83D\uDE00        | Tuq, 'r' {0} %9 \\ é\uD83D\uDE00
          ``                              | ``
          """)
  void tokensHaveTheMeaningOfPm2(String pattern, String written) {
    assertThat(new TimePattern(pattern).format(MOMENT, ZONE)).isEqualTo(written);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-01-01T18:15:00Z, 12 12 24 24 AM, 2nd",
    "2026-01-02T18:14:59Z, 11 11 23 23 PM, 2nd",
    "2026-01-02T06:15:00Z, 12 12 12 12 PM, 2nd",
    "2026-03-10T20:00:00Z, 01 1 01 1 AM, 11th",
    "2026-03-12T20:00:00Z, 01 1 01 1 AM, 13th",
    "2026-03-20T20:00:00Z, 01 1 01 1 AM, 21st",
    "2026-03-22T20:00:00Z, 01 1 01 1 AM, 23rd",
    "2026-03-30T20:00:00Z, 01 1 01 1 AM, 31st"
  })
  void hoursAndOrdinalsAreCorrectAtTheirBoundaries(String instant, String hours, String day) {
    assertThat(formatAt("hh h kk k A", instant)).isEqualTo(hours);
    assertThat(formatAt("Do", instant)).isEqualTo(day);
  }

  @Test
  void weeksAreIsoWeeksAndSundayIs0() {
    assertThat(formatAt("W E d dd", "2027-01-03T00:00:00Z")).isEqualTo("53 7 0 Su");
    assertThat(formatAt("WW", "2025-12-29T00:00:00Z")).isEqualTo("01");
  }

  @Test
  void negativeAndZeroOffsetsHaveASign() {
    TimePattern both = new TimePattern("Z ZZ");
    assertThat(both.format(MOMENT, ZoneId.of("America/New_York"))).isEqualTo("-05:00 -0500");
    assertThat(both.format(MOMENT, ZoneId.of("UTC"))).isEqualTo("+00:00 +0000");
  }

  @Test
  void namesAreEnglishInEveryLocale() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.of("ar", "EG"));
      assertThat(formatAt("dddd MMM YYYY A", "2026-09-01T00:00:00Z"))
          .isEqualTo("Tuesday Sep 2026 AM");
    } finally {
      Locale.setDefault(before);
    }
  }

  @Test
  void patternsWithTheSameTextAreEqual() {
    assertThat(new TimePattern("HH")).isEqualTo(new TimePattern("HH")).hasToString("HH");
    assertThat(new TimePattern("HH")).isNotEqualTo(new TimePattern("H"));
    assertThat(new TimePattern("HH")).hasSameHashCodeAs(new TimePattern("HH"));
    assertThat(TimePattern.TIME.text()).isEqualTo("YYYY-MM-DDTHH:mm:ss");
  }
}
