package io.jpm.triggers;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.model.Triggers;
import io.jpm.testing.CpuTimeBound;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// An expression is either a problem or a schedule with infinitely many times. Each time is later
/// than the one before, and no time lies between them.
class CronFuzz {
  private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");
  private static final List<Instant> STARTS =
      List.of(
          Instant.parse("2026-03-29T00:30:00Z"),
          Instant.parse("2026-10-25T00:30:00Z"),
          Instant.parse("2096-02-29T00:00:00Z"));

  @FuzzTest
  void expressions(byte[] data) {
    String expression = new String(data, StandardCharsets.UTF_8);
    Optional<String> problem =
        CpuTimeBound.proportionalTo(data.length, () -> CronSchedule.problem(expression));
    if (problem.isPresent()) {
      String sentence = problem.get();
      assertThat(sentence).startsWith(expression + ": ");
      assertThat(sentence.length()).isLessThan(3 * expression.length() + 400);
      assertThat(sentence).doesNotContain("com.cronutils", "java.", "Exception", "null");
      return;
    }
    CronSchedule times = CronSchedule.of(new Triggers.Schedule(expression, BERLIN));
    for (Instant beginning : STARTS) {
      Instant last = beginning;
      for (int i = 0; i < 3; i++) {
        Instant after = last;
        Instant next =
            CpuTimeBound.proportionalTo(data.length, () -> times.next(after)).orElseThrow();
        assertThat(next).isAfter(after);
        Instant between = after.plusSeconds((next.getEpochSecond() - after.getEpochSecond()) / 2);
        if (between.isBefore(next)) {
          assertThat(times.next(between)).contains(next);
        }
        last = next;
      }
    }
  }
}
