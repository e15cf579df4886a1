package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.logs.write.LineLayout.Scratch;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineLayoutTest {
  private static final Instant AT = Instant.parse("2026-11-21T12:00:00Z");

  /// Encodes whole lines as `>line`, pieces as `~piece`.
  private static final LineLayout.LineEncoder MARKS =
      new LineLayout.LineEncoder() {
        @Override
        public void setTime(Instant at) {}

        @Override
        public int maxBytes(int length) {
          return length + 2;
        }

        @Override
        public void encode(byte[] text, int from, int to, boolean whole, ByteBuffer out) {
          out.put((byte) (whole ? '>' : '~')).put(text, from, to - from).put(LineBreaks.END);
        }
      };

  private final LineLayout marked = new LineLayout(MARKS, new Scratch());

  private static LineLayout json(Optional<io.jpm.model.text.TimePattern> pattern, boolean error) {
    return new LineLayout(new JsonLineEncoder(pattern, error, "3", "we\"b"), new Scratch());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100})
  void wholeLinesAreEncodedAndTheRestWaits(int size) {
    LogLayout.FormattedBytes formattedBytes =
        marked.format(TextBuffers.of("one\n\ntwo\nthr", size), false, AT);

    assertThat(TextBuffers.text(formattedBytes.bytes())).isEqualTo(">one\n>\n>two\n");
    assertThat(formattedBytes.consumed()).isEqualTo(9);
  }

  @Test
  void lineThatHasWaitedIsEncodedAsAPiece() {
    // Not after whole lines: it may have arrived at this moment.
    assertThat(TextBuffers.text(marked.format(TextBuffers.of("one\ntwo"), true, AT).bytes()))
        .isEqualTo(">one\n");
    assertThat(TextBuffers.text(marked.format(TextBuffers.of("two"), true, AT).bytes()))
        .isEqualTo("~two\n");
    assertThat(marked.format(TextBuffers.of("two"), false, AT))
        .isEqualTo(LogLayout.FormattedBytes.NOTHING);
  }

  /// Lays out all bytes, batch by batch.
  private String laidOut(List<ByteBuffer> waiting) {
    StringBuilder all = new StringBuilder();
    int consumed = 0;
    while (consumed < LineBreaks.bytes(waiting)) {
      LogLayout.FormattedBytes formattedBytes =
          marked.format(LineBreaks.behind(waiting, consumed), false, AT);
      assertThat(formattedBytes.consumed()).isPositive();
      all.append(TextBuffers.text(formattedBytes.bytes()));
      consumed += formattedBytes.consumed();
    }
    return all.toString();
  }

  @Test
  void tooLongLineIsSplitBetweenCharacters() {
    String line = "x" + "é".repeat(LineLayout.LONGEST);
    String text = laidOut(TextBuffers.of("first\n" + line + "\n", 1000));

    assertThat(text.lines().allMatch(piece -> piece.length() > 1)).isTrue();
    assertThat(text).doesNotContain("\uFFFD").startsWith(">first\n~x").contains("\n>é");
    assertThat(text.replaceAll("[~>\n]", "")).isEqualTo("first" + line);
  }

  @Test
  void linesBeyondABatchAreEncodedInTheNextOne() {
    String line = "y".repeat(60_000) + "\n";

    assertThat(laidOut(TextBuffers.of(line.repeat(10), 64 * 1024)))
        .isEqualTo((">" + line).repeat(10));
  }

  @Test
  void incompleteCharacterWaitsUnlessItIsAlone() {
    byte[] bytes = {'x', (byte) 0xC3};
    ByteBuffer cut = ByteBuffer.allocateDirect(2).put(bytes).flip();

    assertThat(marked.format(List.of(cut), true, AT).consumed()).isEqualTo(1);
    assertThat(marked.format(List.of(cut.slice(1, 1)), true, AT).consumed()).isEqualTo(1);
  }

  @Test
  void jsonHasTheKeysOfPm2() {
    var formattedBytes =
        json(Optional.empty(), true).format(TextBuffers.of("say \"hi\"\t\u0001\\\r\n"), false, AT);

    String text = TextBuffers.text(formattedBytes.bytes());
    assertThat(text).endsWith("}\n").hasLineCount(1);
    assertThat(new JsonObject(text))
        .isEqualTo(
            new JsonObject()
                .put("message", "say \"hi\"\t\u0001\\")
                .put("timestamp", "2026-11-21T12:00:00.000Z")
                .put("type", "err")
                .put("process_id", 3)
                .put("app_name", "we\"b"));
  }

  @Test
  void pieceOfALineIsMarkedAsPartialInJson() {
    var formattedBytes = json(Optional.empty(), false).format(TextBuffers.of("> "), true, AT);

    assertThat(new JsonObject(TextBuffers.text(formattedBytes.bytes())).getBoolean("partial"))
        .isTrue();
  }

  @Test
  void jsonIsValidForAnyBytes() {
    for (int first = 0; first < 256; first++) {
      for (int second : new int[] {0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xFF}) {
        byte[] bytes = {(byte) first, (byte) second, (byte) 0x80, '\n'};
        if (first == '\n') {
          continue;
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(4).put(bytes).flip();
        var formattedBytes = json(Optional.empty(), false).format(List.of(buffer), false, AT);

        String expected = new String(bytes, 0, 3, StandardCharsets.UTF_8);
        String message =
            new JsonObject(TextBuffers.text(formattedBytes.bytes())).getString("message");
        assertThat(message.replace("\uFFFD", ""))
            .as("%02x %02x", first, second)
            .isEqualTo(expected.replace("\uFFFD", ""));
      }
    }
  }

  @Test
  void noticeIsEncodedLikeOtherLines() {
    assertThat(TextBuffers.text(List.of(marked.formatNotice("… 3 lines dropped", AT))))
        .isEqualTo(">… 3 lines dropped\n");
    assertThat(TextBuffers.text(List.of(RawLayout.INSTANCE.formatNotice("x", AT))))
        .isEqualTo("x\n");
  }

  @Test
  void rawLayoutDoesNotChangeBytes() {
    List<ByteBuffer> waiting = TextBuffers.of("one\ntwo\nthr", 4);

    assertThat(TextBuffers.text(RawLayout.INSTANCE.format(waiting, false, AT).bytes()))
        .isEqualTo("one\ntwo\n");
    assertThat(RawLayout.INSTANCE.format(TextBuffers.of("thr"), false, AT))
        .isEqualTo(LogLayout.FormattedBytes.NOTHING);
    assertThat(TextBuffers.text(RawLayout.INSTANCE.format(TextBuffers.of("thr"), true, AT).bytes()))
        .isEqualTo("thr");
  }
}
