package io.jpm.os;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SpawnLockTest {
  @Test
  void interruptIsNotReportedAsATimeout() {
    Thread.currentThread().interrupt();
    try {
      assertThatThrownBy(() -> SpawnLock.runExclusively(() -> "spawned"))
          .isInstanceOf(SpawnLock.SpawnBusyException.class)
          .hasMessage("the daemon cannot start a process, because it is shutting down");
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
  }
}
