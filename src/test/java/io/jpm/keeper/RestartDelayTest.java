package io.jpm.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class RestartDelayTest {
  @Test
  void pausesGrowWithEachShortRunUpToAMinute() {
    List<Long> pauses = new ArrayList<>();
    RestartDelay restartDelay = RestartDelay.NONE;
    for (int i = 0; i < 10; i++) {
      restartDelay = restartDelay.after(Duration.ofSeconds(9));
      pauses.add(restartDelay.delay().toSeconds());
    }
    assertThat(pauses).containsExactly(0L, 1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
  }

  @Test
  void longRunResetsThePause() {
    RestartDelay restartDelay =
        RestartDelay.NONE.after(Duration.ZERO).after(Duration.ZERO).after(Duration.ZERO);
    assertThat(restartDelay.after(Duration.ofSeconds(10))).isEqualTo(RestartDelay.NONE);
    assertThat(RestartDelay.NONE.delay()).isZero();
  }
}
