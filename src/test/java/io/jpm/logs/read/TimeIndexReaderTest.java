package io.jpm.logs.read;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.logs.files.TimeIndexFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TimeIndexReaderTest {
  private static final long UNKNOWN = -1;

  @TempDir private Path dir;

  /// Returns a file with these entries and five bytes of a further one.
  private TimeIndexReader times(long... momentsAndOffsets) throws IOException {
    ByteBuffer content = ByteBuffer.allocate(momentsAndOffsets.length * Long.BYTES + 5);
    ByteBuffer entry = ByteBuffer.allocate(TimeIndexFormat.ENTRY_BYTES);
    for (int i = 0; i < momentsAndOffsets.length; i += 2) {
      content.put(TimeIndexFormat.put(entry, momentsAndOffsets[i], momentsAndOffsets[i + 1]));
    }
    Path file = Files.createTempFile(dir, "log", ".times");
    return new TimeIndexReader(Files.write(file, content.array()), UNKNOWN);
  }

  @Test
  void timeOfAByteIsThatOfTheEntryBeforeIt() throws IOException {
    TimeIndexReader times = times(1000, 10, 2000, 30);

    assertThat(times.at(9)).isEqualTo(UNKNOWN);
    assertThat(times.at(10)).isEqualTo(1000);
    assertThat(times.at(29)).isEqualTo(1000);
    assertThat(times.at(30)).isEqualTo(2000);
    assertThat(times.at(Long.MAX_VALUE)).isEqualTo(2000);
  }

  @Test
  void timeIsMappedToTheFirstByteCapturedAfterIt() throws IOException {
    TimeIndexReader times = times(1000, 0, 2000, 30, 2000, 40);

    assertThat(times.after(499)).isZero();
    assertThat(times.after(1000)).isEqualTo(30);
    assertThat(times.after(1999)).isEqualTo(30);
    assertThat(times.after(2000)).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void entriesBeforeATruncationAreIgnored() throws IOException {
    TimeIndexReader times = times(1000, 0, 2000, 500, 3000, 100, 4000, 200);

    assertThat(times.at(50)).isEqualTo(UNKNOWN);
    assertThat(times.at(150)).isEqualTo(3000);
    assertThat(times.at(500)).isEqualTo(4000);
  }

  @Test
  void laterOfTwoEntriesForOneByteApplies() throws IOException {
    assertThat(times(1000, 0, 2000, 0).at(0)).isEqualTo(2000);
  }

  @Test
  void incompleteEntryAtTheEndIsIgnored() throws IOException {
    assertThat(times(1000, 0).at(Long.MAX_VALUE)).isEqualTo(1000);
    assertThat(times().at(0)).isEqualTo(UNKNOWN);
    assertThat(Arrays.asList(times().after(0), times().after(1000))).containsOnly(Long.MAX_VALUE);
  }
}
