package io.jpm.logs.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;

class TimesTest {
  private static final long UNKNOWN = -1;

  private static Times times(long... momentsAndOffsets) {
    ByteBuffer content = ByteBuffer.allocate(momentsAndOffsets.length * 8 + 5);
    for (int i = 0; i < momentsAndOffsets.length; i += 2) {
      content.put(Times.entry(momentsAndOffsets[i], momentsAndOffsets[i + 1]));
    }
    return Times.read(content.flip());
  }

  @Test
  void aByteWasCapturedWithTheEntryBeforeIt() {
    Times times = times(1000, 10, 2000, 30);

    assertThat(times.at(9, UNKNOWN)).isEqualTo(UNKNOWN);
    assertThat(times.at(10, UNKNOWN)).isEqualTo(1000);
    assertThat(times.at(29, UNKNOWN)).isEqualTo(1000);
    assertThat(times.at(30, UNKNOWN)).isEqualTo(2000);
    assertThat(times.at(Long.MAX_VALUE, UNKNOWN)).isEqualTo(2000);
  }

  @Test
  void aMomentLeadsToTheFirstByteCapturedThenOrLater() {
    Times times = times(1000, 0, 2000, 30, 2000, 40);

    assertThat(times.from(500)).isZero();
    assertThat(times.from(1001)).isEqualTo(30);
    assertThat(times.from(2000)).isEqualTo(30);
    assertThat(times.from(2001)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void anEmptiedFileForgetsWhatWasBefore() {
    Times times = times(1000, 0, 2000, 500, 3000, 100, 4000, 200);

    assertThat(times.size()).isEqualTo(2);
    assertThat(times.at(50, UNKNOWN)).isEqualTo(UNKNOWN);
    assertThat(times.at(150, UNKNOWN)).isEqualTo(3000);
  }

  @Test
  void theLaterOfTwoEntriesForOneByteCounts() {
    Times times = times(1000, 0, 2000, 0);

    assertThat(times.size()).isEqualTo(1);
    assertThat(times.at(0, UNKNOWN)).isEqualTo(2000);
  }

  @Test
  void halfAnEntryAtTheEndIsLeftOut() {
    ByteBuffer torn = ByteBuffer.allocate(24).put(Times.entry(1000, 0)).putLong(2000).flip();

    assertThat(Times.read(torn).size()).isEqualTo(1);
    assertThat(Times.read(ByteBuffer.allocate(0)).size()).isZero();
  }
}
