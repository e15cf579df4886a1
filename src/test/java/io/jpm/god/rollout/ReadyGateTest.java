package io.jpm.god.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/// When a candidate must listen before it is ready.
class ReadyGateTest {
  @Test
  void candidateThatIsCertainToListenMustListen() {
    assertThat(new ReadyGate(true, false, false, false).opensByListening()).isTrue();
    assertThat(new ReadyGate(true, false, false, true).opensByListening()).isTrue();
  }

  @Test
  void candidateThatReplacesAListenerMustListen() {
    assertThat(new ReadyGate(false, true, false, false).opensByListening()).isTrue();
  }

  @Test
  void listeningSiblingCountsWhileTheOldProcessIsYoung() {
    assertThat(new ReadyGate(false, false, true, true).opensByListening()).isTrue();
    assertThat(new ReadyGate(false, false, true, false).opensByListening()).isFalse();
  }

  @Test
  void candidateNeedsOnlyTimeWhenNoProcessWasSeenToListen() {
    assertThat(new ReadyGate(false, false, false, true).opensByListening()).isFalse();
    assertThat(new ReadyGate(false, false, false, false).opensByListening()).isFalse();
  }
}
