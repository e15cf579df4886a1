package io.jpm.logs.lines;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class LineFramerTest {
  private final LineFramer framer = new LineFramer();
  private final List<String> framed = new ArrayList<>();
  private final StringBuilder joined = new StringBuilder();

  /// A `+` after a text means that more follows; before it, that it continues a line.
  private void frame(byte[]... parts) {
    List<ByteBuffer> bytes = new ArrayList<>();
    for (byte[] part : parts) {
      bytes.add(ByteBuffer.allocateDirect(part.length).put(part).flip());
    }
    framer.frame(
        bytes,
        (text, partial, rest) -> {
          framed.add((rest ? "+" : "") + text + (partial ? "+" : ""));
          joined.append(text).append(partial ? "" : "\n");
        });
    assertThat(bytes).as("positions of the buffers").allMatch(it -> it.position() == 0);
  }

  private void frame(String... parts) {
    byte[][] bytes = new byte[parts.length][];
    for (int i = 0; i < parts.length; i++) {
      bytes[i] = parts[i].getBytes(UTF_8);
    }
    frame(bytes);
  }

  @Test
  void linesCanSpanBuffers() {
    frame("one\ntw", "", "o\nthr", "ee\n", "\n");
    assertThat(framed).containsExactly("one", "two", "three", "");
  }

  @Test
  void carriageReturnBeforeTheLineEndIsDropped() {
    frame("one\r", "\ntwo\r\r\n10%\r20%\n\r\n");
    assertThat(framed).containsExactly("one", "two\r", "10%\r20%", "");
  }

  @Test
  void lineWithoutAnEndIsDeliveredInPieces() {
    frame("Password: ");
    frame("again: ");
    frame("thanks\nnext\n");
    frame("prompt> ");
    frame("\n");
    assertThat(framed)
        .containsExactly("Password: +", "+again: +", "+thanks", "next", "prompt> +", "+");
  }

  @Test
  void carriageReturnAtTheEndOfAPieceIsHeldBack() {
    frame("one\r");
    frame("\ntwo\r");
    frame("three\n");
    assertThat(framed).containsExactly("one+", "+", "two+", "+\rthree");
  }

  @Test
  void longLineIsSplitBetweenCharacters() {
    String line = "é€😀x".repeat(10_000);
    frame("before\n" + line + "\r\nafter\n");
    assertThat(framed).startsWith("before").endsWith("after");
    List<String> pieces = framed.subList(1, framed.size() - 1);
    assertThat(String.join("", pieces).replace("+", "")).isEqualTo(line);
    assertThat(pieces)
        .hasSize(1 + line.getBytes(UTF_8).length / (16 * 1024))
        .allMatch(piece -> piece.replace("+", "").getBytes(UTF_8).length <= 16 * 1024);
    assertThat(pieces.getFirst()).doesNotStartWith("+").endsWith("+");
    assertThat(pieces.getLast()).startsWith("+").doesNotEndWith("+");
  }

  @Test
  void lineOfExactlyTheLimitIsNotSplit() {
    String line = "x".repeat(16 * 1024);
    frame(line + "\r\n" + line + "y\n");
    assertThat(framed).containsExactly(line, line + "+", "+y");
  }

  @Test
  void invalidUtf8IsReplaced() {
    frame(new byte[] {'a', (byte) 0xFF, 'b', '\n', (byte) 0xE2, (byte) 0x82, '\n', 0, '\n'});
    frame(new byte[] {(byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80, (byte) 0x80});
    frame(new byte[] {'\n'});
    assertThat(framed).containsExactly("a\uFFFDb", "\uFFFD", "\0", "\uFFFD".repeat(5) + "+", "+");
  }

  @Test
  void charactersAreNotSplitBetweenPieces() {
    String text = "Zoë kostet 5 € 😀\r\n— fertig\n";
    byte[] bytes = text.getBytes(UTF_8);
    for (byte one : bytes) {
      frame(new byte[] {one});
    }
    assertThat(joined.toString()).isEqualTo(text.replace("\r\n", "\n"));
  }

  @Test
  void textDoesNotDependOnTheChunks() {
    var random = new Random(7);
    byte[] bytes = new byte[200_000];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) (random.nextInt(40) == 0 ? '\n' : ' ' + random.nextInt(90));
    }
    bytes[bytes.length - 1] = '\n';
    for (int at = 0; at < bytes.length; ) {
      int length = Math.min(bytes.length - at, 1 + random.nextInt(5000));
      frame(Arrays.copyOfRange(bytes, at, at + length));
      at += length;
    }
    assertThat(joined.toString()).isEqualTo(new String(bytes, UTF_8));
  }
}
