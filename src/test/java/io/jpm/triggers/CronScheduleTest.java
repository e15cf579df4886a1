package io.jpm.triggers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.model.Triggers;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class CronScheduleTest {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "*/15 * * * *; 00:15; 00:30",
        "0 3 * * *; 03:00; 2026-01-02T03:00",
        "1,2 3 * * *; 03:01; 03:02",
        "10-12 * * * *; 00:10; 00:11",
        "10-30/10 5 * * *; 05:10; 05:20",
        "*/20 * * * * *; 00:00:20; 00:00:40",
        "30 0 0 1 1 *; 00:00:30; 2027-01-01T00:00:30",
        "0 0 * * MON; 2026-01-05T00:00; 2026-01-12T00:00",
        "0 0 * * sun; 2026-01-04T00:00; 2026-01-11T00:00",
        "0 0 * * 0; 2026-01-04T00:00; 2026-01-11T00:00",
        "0 0 * * 7; 2026-01-04T00:00; 2026-01-11T00:00",
        "0 0 * * 5-7; 2026-01-02T00:00; 2026-01-03T00:00",
        "0 0 * * FRI-MON; 2026-01-02T00:00; 2026-01-03T00:00",
        "0 0 1 FEB *; 2026-02-01T00:00; 2027-02-01T00:00",
        "0 0 L * *; 2026-01-31T00:00; 2026-02-28T00:00",
        "0 0 * * 5L; 2026-01-30T00:00; 2026-02-27T00:00",
        "0 0 * * 5#2; 2026-01-09T00:00; 2026-02-13T00:00",
        "0 0 15W 2 *; 2026-02-16T00:00; 2027-02-15T00:00",
        "0 0 29 2 *; 2028-02-29T00:00; 2032-02-29T00:00",
        "@daily; 2026-01-02T00:00; 2026-01-03T00:00",
        "@Hourly; 01:00; 02:00",
        "@weekly; 2026-01-04T00:00; 2026-01-11T00:00",
        "@monthly; 2026-02-01T00:00; 2026-03-01T00:00",
        "@yearly; 2027-01-01T00:00; 2028-01-01T00:00",
      })
  void nextTimesAreComputed(String expression, String first, String second) {
    assertThat(times(expression, at("2026-01-01T00:00Z"), ZoneId.of("UTC"), 2))
        .containsExactly(utc(first), utc(second));
  }

  @Test
  void dayOfMonthAndDayOfWeekMustBothMatchAsInPm2() {
    assertThat(times("0 0 13 * FRI", at("2026-01-01T00:00Z"), ZoneId.of("UTC"), 2))
        .containsExactly(utc("2026-02-13T00:00"), utc("2026-03-13T00:00"));
  }

  @Test
  void timeInTheDstGapRunsOnceRightAfterTheGap() {
    assertThat(times("30 2 * * *", at("2026-03-28T12:00+01:00"), BERLIN, 3))
        .containsExactly(
            at("2026-03-29T03:00+02:00"),
            at("2026-03-30T02:30+02:00"),
            at("2026-03-31T02:30+02:00"));
    assertThat(times("*/10 2 * * *", at("2026-03-29T00:00+01:00"), BERLIN, 2))
        .containsExactly(at("2026-03-29T03:00+02:00"), at("2026-03-30T02:00+02:00"));
  }

  @Test
  void timeInTheDstGapAndTheTimeAfterItRunOnce() {
    assertThat(times("0 2,3 * * *", at("2026-03-29T00:00+01:00"), BERLIN, 2))
        .containsExactly(at("2026-03-29T03:00+02:00"), at("2026-03-30T02:00+02:00"));
  }

  @Test
  void timeInTheRepeatedHourRunsOnce() {
    assertThat(times("30 2 * * *", at("2026-10-25T00:00+02:00"), BERLIN, 2))
        .containsExactly(at("2026-10-25T02:30+02:00"), at("2026-10-26T02:30+01:00"));
    assertThat(times("*/30 2 * * *", at("2026-10-25T00:00+02:00"), BERLIN, 3))
        .containsExactly(
            at("2026-10-25T02:00+02:00"),
            at("2026-10-25T02:30+02:00"),
            at("2026-10-26T02:00+01:00"));
  }

  @Test
  void daemonStartedInTheSecondPassOfTheHourDoesNotRunItAgain() {
    assertThat(times("30 2 * * *", at("2026-10-25T02:10+01:00"), BERLIN, 1))
        .containsExactly(at("2026-10-26T02:30+01:00"));
  }

  @Test
  void hourlyScheduleHasNoPauseWhenTheClockIsSetBack() {
    assertThat(times("30 * * * *", at("2026-10-25T01:00+02:00"), BERLIN, 4))
        .containsExactly(
            at("2026-10-25T01:30+02:00"),
            at("2026-10-25T02:30+02:00"),
            at("2026-10-25T02:30+01:00"),
            at("2026-10-25T03:30+01:00"));
    assertThat(times("0 * * * *", at("2026-03-29T00:30+01:00"), BERLIN, 3))
        .containsExactly(
            at("2026-03-29T01:00+01:00"),
            at("2026-03-29T03:00+02:00"),
            at("2026-03-29T04:00+02:00"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "* *; 2 fields — use 5 (minute, hour, day of month, month, day of week), or 6 with"
            + " seconds first",
        "* * * * * * *; 7 fields — use 5",
        "61 * * * *; Value 61 not in range [0, 59] — the fields are minute, hour",
        "0 0 * * 8; Value 8 not in range [0, 7]",
        "*/0 * * * *; Period 0 not in range",
        "a b c d e; Invalid chars",
        "0 22-2 * * *; 22-2 goes backwards",
        "@reboot; use @yearly",
        "0 0 30 2 *; no such day in any year",
        "0 2 L * 2-L; 2-L — both ends of a range must be numbers",
        "0 4 1,30W * *; 30W does not exist in every month — use 1W to 28W, or LW for the last working day of each month",
        "* *|* * * *; several schedules combined with | are not supported",
      })
  void invalidExpressionIsReported(String expression, String sentence) {
    assertThat(CronSchedule.problem(expression).orElseThrow())
        .startsWith(expression + ": ")
        .contains(sentence)
        .doesNotContain("\n");
    assertThatThrownBy(() -> CronSchedule.of(new Triggers.Schedule(expression, BERLIN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(sentence);
  }

  @Test
  void blankExpressionIsReported() {
    assertThat(CronSchedule.problem(" ").orElseThrow()).contains("0 fields");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"* * * * *", "  0\t3 * *  1-5 ", "0 0 1-7 * MON", "0 0 29 2 MON", "@midnight"})
  void validExpressionHasNoProblem(String expression) {
    assertThat(CronSchedule.problem(expression)).isEmpty();
  }

  /// Any input leads to a message or a schedule in little time.
  @ParameterizedTest
  @ValueSource(
      strings = {
        ", * * * *",
        "- * * * *",
        "/ * * * *",
        "1- * * * *",
        "*/ * * * *",
        "1/2/3 * * * *",
        "L L L L L",
        "* * LW * *",
        "* * 0W * *",
        "* * * * MON#9",
        "* * * 13 *",
        "99999999999999999999 * * * *",
        "1,,2 * * * *",
        "* * ? * ?",
        "\u0000 * * * *",
        "@",
        "@daily *",
        "|| * * * *",
        "* * * * 1#",
        "* * 31 2,4,6,9,11 *",
      })
  void problemNeverThrows(String expression) {
    CronSchedule.problem(expression)
        .ifPresentOrElse(
            problem -> assertThat(problem).startsWith(expression + ": "),
            () -> assertThat(times(expression, utc("00:00"), BERLIN, 1)).hasSize(1));
  }

  private static List<Instant> times(String expression, Instant after, ZoneId zone, int count) {
    CronSchedule times = CronSchedule.of(new Triggers.Schedule(expression, zone));
    List<Instant> found = new ArrayList<>();
    Instant last = after;
    for (int i = 0; i < count; i++) {
      last = times.next(last).orElseThrow();
      found.add(last);
    }
    return found;
  }

  private static Instant at(String text) {
    return OffsetDateTime.parse(text).toInstant();
  }

  private static Instant utc(String text) {
    return at((text.contains("T") ? text : "2026-01-01T" + text) + "Z");
  }
}
