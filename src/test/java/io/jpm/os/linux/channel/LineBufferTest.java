package io.jpm.os.linux.channel;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineBufferTest {
  private final List<String> lines = new ArrayList<>();
  private final LineBuffer buffer =
      new LineBuffer(8, new LineBuffer.MemoryBudget(100), lines::add, () -> lines.add("too long"));

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void linesDoNotDependOnTheChunksThatArrive(int step) {
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
  void incompleteLinesAreBoundedAcrossAllBuffers() {
    var memoryBudget = new LineBuffer.MemoryBudget(100_000);
    List<LineBuffer> buffers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      var next =
          new LineBuffer(
              60_000,
              memoryBudget,
              line -> lines.add("" + line.length()),
              () -> lines.add("no room"));
      next.add(new byte[50_000]);
      buffers.add(next);
    }
    assertThat(lines).containsExactly("no room", "no room", "no room");
    buffers.get(4).add("\nshort\n".getBytes(StandardCharsets.UTF_8));
    assertThat(lines).last().isEqualTo("5");
    buffers.getFirst().close();
    buffers.get(4).add(new byte[50_000]);
    buffers.get(4).add(new byte[] {'\n'});
    assertThat(lines).last().isEqualTo("50000");
  }

  @Test
  void invalidUtf8IsReplaced() {
    buffer.add(new byte[] {'a', (byte) 0xC3, '\n'});

    assertThat(lines).containsExactly("a\uFFFD");
  }
}
