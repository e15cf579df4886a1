package io.jpm.os.linux.log;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.LogPipeReader;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

/// The last bytes of a stream.
class TailTest {
  private static String takeText(Tail tail) {
    return new String(tail.take(), StandardCharsets.US_ASCII);
  }

  @Test
  void tailHasTheLastBytesWhateverTheChunks() {
    var random = new SplittableRandom(7);
    for (int round = 0; round < 200; round++) {
      var tail = new Tail();
      var all = new StringBuilder();
      for (int piece = 0; piece < 20; piece++) {
        int length = random.nextInt(1, piece % 5 == 0 ? 20_000 : 900);
        String text = String.valueOf((char) ('a' + piece)).repeat(length);
        ByteBuffer room = ByteBuffer.wrap(("--" + text + "--").getBytes(StandardCharsets.US_ASCII));
        tail.add(room, 2, length);
        all.append(text);
      }
      String expected = all.substring(Math.max(0, all.length() - LogPipeReader.TAIL_BYTES));
      assertThat(takeText(tail)).isEqualTo(expected);
      assertThat(takeText(tail)).isEmpty();
    }
  }
}
