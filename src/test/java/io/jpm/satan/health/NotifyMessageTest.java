package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.satan.health.PassiveProbe.ProbeSignal;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class NotifyMessageTest {
  private static List<ProbeSignal> signals(String... messages) {
    return NotifyMessage.signals(List.of(messages));
  }

  @Test
  void messageCanContainSeveralSignals() {
    assertThat(signals("READY=1\nSTATUS=serving 3 clients\nWATCHDOG=1\nSTOPPING=1\n"))
        .containsExactly(
            new ProbeSignal.Ready(),
            new ProbeSignal.StatusChanged("serving 3 clients"),
            new ProbeSignal.Alive(),
            new ProbeSignal.Stopping());
    assertThat(signals("WATCHDOG=trigger")).containsExactly(new ProbeSignal.Failing());
    assertThat(signals("EXTEND_TIMEOUT_USEC=2500000"))
        .containsExactly(new ProbeSignal.TimeoutExtension(Duration.ofMillis(2500)));
    assertThat(signals("READY=1\0")).containsExactly(new ProbeSignal.Ready());
  }

  @Test
  void unknownAssignmentsAreSkipped() {
    assertThat(
            signals(
                "MAINPID=1\nRELOADING=1\nFDSTORE=1\nREADY=0\nREADY=yes\nREADY\n=\n\nWATCHDOG=\n"
                    + "EXTEND_TIMEOUT_USEC=-1\nEXTEND_TIMEOUT_USEC=0\nEXTEND_TIMEOUT_USEC=9e9"))
        .isEmpty();
    assertThat(signals("READY=1\0WATCHDOG=1")).isEmpty();
    assertThat(signals("EXTEND_TIMEOUT_USEC=999999999999999999"))
        .containsExactly(new ProbeSignal.TimeoutExtension(Duration.ofDays(365)));
  }

  @Test
  void eachKindOfSignalOccursOnceWithItsLastValue() {
    assertThat(signals("STATUS=a", "WATCHDOG=1", "WATCHDOG=1", "STATUS=b\nSTATUS=c"))
        .containsExactlyInAnyOrder(new ProbeSignal.StatusChanged("c"), new ProbeSignal.Alive());
  }

  @Test
  void statusIsOneLineWithoutControlCharacters() {
    assertThat(signals("STATUS=\u001b[31mred\u0007\t and\u202e  back\u0085\u2028!\u200b"))
        .containsExactly(new ProbeSignal.StatusChanged("[31mred and back!"));
    assertThat(signals("STATUS=")).containsExactly(new ProbeSignal.StatusChanged(""));
    assertThat(signals("STATUS=" + "😀".repeat(300)))
        .containsExactly(
            new ProbeSignal.StatusChanged("😀".repeat(NotifyMessage.MOST_STATUS - 1) + "…"));
  }

  @Test
  void randomBytesAreHarmless() {
    var random = new Random(6);
    for (int i = 0; i < 2000; i++) {
      byte[] bytes = new byte[random.nextInt(4096)];
      random.nextBytes(bytes);
      assertThat(signals(new String(bytes, java.nio.charset.StandardCharsets.UTF_8)))
          .hasSizeLessThan(7);
    }
  }
}
