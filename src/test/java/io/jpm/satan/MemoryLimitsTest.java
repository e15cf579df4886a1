package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.satan.SatanReport.MemoryExceeded;
import io.jpm.model.run.ProcessIdentity;
import java.util.Map;
import org.junit.jupiter.api.Test;

class MemoryLimitsTest {
  private static final ProcessIdentity A = new ProcessIdentity("b", 1, 1);
  private static final ProcessIdentity B = new ProcessIdentity("b", 2, 1);

  private final MemoryLimits limits = new MemoryLimits();

  @Test
  void twoSamplesInARowAboveTheLimitAreReportedOnce() {
    limits.set(Map.of(A, 100L, B, 100L));
    assertThat(limits.sampled(Map.of(A, 101L, B, 99L))).isEmpty();
    assertThat(limits.sampled(Map.of(A, 150L, B, 99L)))
        .containsExactly(new MemoryExceeded(A, 150, 100));
    assertThat(limits.sampled(Map.of(A, 200L, B, 99L))).isEmpty();
    assertThat(limits.sampled(Map.of(A, 200L, B, 99L))).isEmpty();
    assertThat(limits.watched()).containsExactly(B);
  }

  @Test
  void theLimitItselfIsAllowed() {
    limits.set(Map.of(A, 100L));
    assertThat(limits.sampled(Map.of(A, 100L))).isEmpty();
    assertThat(limits.sampled(Map.of(A, 100L))).isEmpty();
  }

  @Test
  void aPeakIsForgiven() {
    limits.set(Map.of(A, 100L));
    for (int i = 0; i < 5; i++) {
      assertThat(limits.sampled(Map.of(A, 900L))).isEmpty();
      assertThat(limits.sampled(Map.of(A, 50L))).isEmpty();
    }
  }

  @Test
  void aProcessThatWasNotThereBeginsAnew() {
    limits.set(Map.of(A, 100L));
    assertThat(limits.sampled(Map.of(A, 900L))).isEmpty();
    assertThat(limits.sampled(Map.of())).isEmpty();
    assertThat(limits.sampled(Map.of(A, 900L))).isEmpty();
  }

  @Test
  void otherProcessesComingAndGoingChangeNothing() {
    limits.set(Map.of(A, 100L));
    assertThat(limits.sampled(Map.of(A, 900L))).isEmpty();
    limits.set(Map.of(A, 100L, B, 100L));
    assertThat(limits.sampled(Map.of(A, 900L, B, 900L))).hasSize(1);
    limits.set(Map.of(A, 100L));
    assertThat(limits.sampled(Map.of(A, 900L))).isEmpty();
    limits.set(Map.of(B, 100L));
    assertThat(limits.sampled(Map.of(A, 900L, B, 900L))).isEmpty();
    assertThat(limits.watched()).containsExactly(B);
  }

  @Test
  void theProcessAfterARestartIsAnother() {
    limits.set(Map.of(A, 100L));
    limits.sampled(Map.of(A, 900L));
    assertThat(limits.sampled(Map.of(A, 900L))).hasSize(1);
    limits.set(Map.of(B, 100L));
    limits.sampled(Map.of(B, 900L));
    assertThat(limits.sampled(Map.of(B, 900L))).hasSize(1);
  }
}
