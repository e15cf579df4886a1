package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineBufferTest {
  private final List<String> lines = new ArrayList<>();
  private final LineBuffer buffer = new LineBuffer(8, lines::add, () -> lines.add("too long"));

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void linesAreTheSameHoweverTheyArrive(int step) {
    byte[] all =
        "one\n\ntwo\u00E4\n12345678\n123456789\nagain\n1234567890123456789\n\nlast\npart"
            .getBytes(StandardCharsets.UTF_8);
    for (int at = 0; at < all.length; at += step) {
      buffer.add(java.util.Arrays.copyOfRange(all, at, Math.min(all.length, at + step)));
    }

    assertThat(lines)
        .containsExactly("one", "two\u00E4", "12345678", "too long", "again", "too long", "last");
  }

  @Test
  void whatIsNoUtf8IsReplaced() {
    buffer.add(new byte[] {'a', (byte) 0xC3, '\n'});

    assertThat(lines).containsExactly("a\uFFFD");
  }
}
