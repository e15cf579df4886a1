package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.satan.SatanReport.MemoryExceeded;
import io.jpm.model.process.ProcessIdentity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryLimitMonitorTest {
  private static final ProcessIdentity A = new ProcessIdentity("b", 1, 1);
  private static final ProcessIdentity B = new ProcessIdentity("b", 2, 1);

  private final MemoryLimitMonitor limits = new MemoryLimitMonitor();

  @Test
  void twoConsecutiveSamplesAboveTheLimitAreReportedOnce() {
    limits.set(Map.of(A, 100L, B, 100L));
    assertThat(limits.evaluate(Map.of(A, 101L, B, 99L))).isEmpty();
    assertThat(limits.evaluate(Map.of(A, 150L, B, 99L)))
        .containsExactly(new MemoryExceeded(A, 150, 100));
    assertThat(limits.evaluate(Map.of(A, 200L, B, 99L))).isEmpty();
    assertThat(limits.evaluate(Map.of(A, 200L, B, 99L))).isEmpty();
    assertThat(limits.watched()).containsExactly(B);
  }

  @Test
  void usageEqualToTheLimitIsAllowed() {
    limits.set(Map.of(A, 100L));
    assertThat(limits.evaluate(Map.of(A, 100L))).isEmpty();
    assertThat(limits.evaluate(Map.of(A, 100L))).isEmpty();
  }

  @Test
  void singleSampleAboveTheLimitIsIgnored() {
    limits.set(Map.of(A, 100L));
    for (int i = 0; i < 5; i++) {
      assertThat(limits.evaluate(Map.of(A, 900L))).isEmpty();
      assertThat(limits.evaluate(Map.of(A, 50L))).isEmpty();
    }
  }

  @Test
  void countRestartsAfterASampleWithoutTheProcess() {
    limits.set(Map.of(A, 100L));
    assertThat(limits.evaluate(Map.of(A, 900L))).isEmpty();
    assertThat(limits.evaluate(Map.of())).isEmpty();
    assertThat(limits.evaluate(Map.of(A, 900L))).isEmpty();
  }

  @Test
  void otherProcessesDoNotAffectTheCount() {
    limits.set(Map.of(A, 100L));
    assertThat(limits.evaluate(Map.of(A, 900L))).isEmpty();
    limits.set(Map.of(A, 100L, B, 100L));
    assertThat(limits.evaluate(Map.of(A, 900L, B, 900L))).hasSize(1);
    limits.set(Map.of(A, 100L));
    assertThat(limits.evaluate(Map.of(A, 900L))).isEmpty();
    limits.set(Map.of(B, 100L));
    assertThat(limits.evaluate(Map.of(A, 900L, B, 900L))).isEmpty();
    assertThat(limits.watched()).containsExactly(B);
  }

  @Test
  void restartedProcessIsCountedSeparately() {
    limits.set(Map.of(A, 100L));
    limits.evaluate(Map.of(A, 900L));
    assertThat(limits.evaluate(Map.of(A, 900L))).hasSize(1);
    limits.set(Map.of(B, 100L));
    limits.evaluate(Map.of(B, 900L));
    assertThat(limits.evaluate(Map.of(B, 900L))).hasSize(1);
  }
}
