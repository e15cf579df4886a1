package io.jpm.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BrakeTest {
  @Test
  void pausesGrowWithEachShortLifeAndStopGrowingAtAMinute() {
    List<Long> pauses = new ArrayList<>();
    Brake brake = Brake.FREE;
    for (int i = 0; i < 10; i++) {
      brake = brake.after(Duration.ofSeconds(9));
      pauses.add(brake.pause().toSeconds());
    }
    assertThat(pauses).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
  }

  @Test
  void aLongLifeForgetsTheShortOnes() {
    Brake brake = Brake.FREE.after(Duration.ZERO).after(Duration.ZERO).after(Duration.ZERO);
    assertThat(brake.after(Duration.ofSeconds(10))).isEqualTo(Brake.FREE);
    assertThat(Brake.FREE.pause()).isZero();
  }
}
