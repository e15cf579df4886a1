package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.logs.write.FramedLayout.Scratch;
import io.vertx.core.json.JsonObject;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FramedLayoutTest {
  private static final Instant AT = Instant.parse("2026-11-21T12:00:00Z");

  /// Encodes whole lines as `>line`, pieces as `~piece`.
  private static final FramedLayout.Frame MARKS =
      new FramedLayout.Frame() {
        @Override
        public void moment(Instant at) {}

        @Override
        public int most(int length) {
          return length + 2;
        }

        @Override
        public void put(byte[] text, int from, int to, boolean whole, ByteBuffer out) {
          out.put((byte) (whole ? '>' : '~')).put(text, from, to - from).put(LineBreaks.END);
        }
      };

  private final FramedLayout marked = new FramedLayout(MARKS, new Scratch());

  private static FramedLayout json(Optional<io.jpm.model.text.TimePattern> pattern, boolean error) {
    return new FramedLayout(new JsonFrame(pattern, error, "3", "we\"b"), new Scratch());
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7, 100})
  void eachWholeLineIsFramedAndTheRestWaits(int size) {
    Layout.Laid laid = marked.lay(Bytes.of("one\n\ntwo\nthr", size), false, AT);

    assertThat(Bytes.text(laid.bytes())).isEqualTo(">one\n>\n>two\n");
    assertThat(laid.consumed()).isEqualTo(9);
  }

  @Test
  void aLineThatHasWaitedIsAPiece() {
    // Not after whole lines: it may have arrived at this moment.
    assertThat(Bytes.text(marked.lay(Bytes.of("one\ntwo"), true, AT).bytes())).isEqualTo(">one\n");
    assertThat(Bytes.text(marked.lay(Bytes.of("two"), true, AT).bytes())).isEqualTo("~two\n");
    assertThat(marked.lay(Bytes.of("two"), false, AT)).isEqualTo(Layout.Laid.NOTHING);
  }

  /// Lays out all bytes, batch by batch.
  private String laidOut(List<ByteBuffer> waiting) {
    StringBuilder all = new StringBuilder();
    int consumed = 0;
    while (consumed < LineBreaks.bytes(waiting)) {
      Layout.Laid laid = marked.lay(LineBreaks.behind(waiting, consumed), false, AT);
      assertThat(laid.consumed()).isPositive();
      all.append(Bytes.text(laid.bytes()));
      consumed += laid.consumed();
    }
    return all.toString();
  }

  @Test
  void aLineThatIsTooLongComesInPiecesOfWholeCharacters() {
    String line = "x" + "é".repeat(FramedLayout.LONGEST);
    String text = laidOut(Bytes.of("first\n" + line + "\n", 1000));

    assertThat(text.lines().allMatch(piece -> piece.length() > 1)).isTrue();
    assertThat(text).doesNotContain("\uFFFD").startsWith(">first\n~x").contains("\n>é");
    assertThat(text.replaceAll("[~>\n]", "")).isEqualTo("first" + line);
  }

  @Test
  void whatDoesNotFitIntoOneBatchComesWithTheNext() {
    String line = "y".repeat(60_000) + "\n";

    assertThat(laidOut(Bytes.of(line.repeat(10), 64 * 1024))).isEqualTo((">" + line).repeat(10));
  }

  @Test
  void halfACharacterWaitsForItsOtherHalfButNotAlone() {
    byte[] bytes = {'x', (byte) 0xC3};
    ByteBuffer cut = ByteBuffer.allocateDirect(2).put(bytes).flip();

    assertThat(marked.lay(List.of(cut), true, AT).consumed()).isEqualTo(1);
    assertThat(marked.lay(List.of(cut.slice(1, 1)), true, AT).consumed()).isEqualTo(1);
  }

  @Test
  void jsonHasPm2sKeys() {
    var laid = json(Optional.empty(), true).lay(Bytes.of("say \"hi\"\t\u0001\\\r\n"), false, AT);

    String text = Bytes.text(laid.bytes());
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
  void aPieceOfALineIsMarkedInJson() {
    var laid = json(Optional.empty(), false).lay(Bytes.of("> "), true, AT);

    assertThat(new JsonObject(Bytes.text(laid.bytes())).getBoolean("partial")).isTrue();
  }

  @Test
  void jsonIsValidWhateverTheBytesAre() {
    for (int first = 0; first < 256; first++) {
      for (int second : new int[] {0x41, 0x80, 0x9F, 0xA0, 0xBF, 0xFF}) {
        byte[] bytes = {(byte) first, (byte) second, (byte) 0x80, '\n'};
        if (first == '\n') {
          continue;
        }
        ByteBuffer buffer = ByteBuffer.allocateDirect(4).put(bytes).flip();
        var laid = json(Optional.empty(), false).lay(List.of(buffer), false, AT);

        String expected = new String(bytes, 0, 3, StandardCharsets.UTF_8);
        String message = new JsonObject(Bytes.text(laid.bytes())).getString("message");
        assertThat(message.replace("\uFFFD", ""))
            .as("%02x %02x", first, second)
            .isEqualTo(expected.replace("\uFFFD", ""));
      }
    }
  }

  @Test
  void aLineOfOurOwnIsLaidOutLikeTheOthers() {
    assertThat(Bytes.text(List.of(marked.line("… 3 lines dropped", AT))))
        .isEqualTo(">… 3 lines dropped\n");
    assertThat(Bytes.text(List.of(RawLayout.INSTANCE.line("x", AT)))).isEqualTo("x\n");
  }

  @Test
  void rawBytesAreLeftAsTheyAre() {
    List<ByteBuffer> waiting = Bytes.of("one\ntwo\nthr", 4);

    assertThat(Bytes.text(RawLayout.INSTANCE.lay(waiting, false, AT).bytes()))
        .isEqualTo("one\ntwo\n");
    assertThat(RawLayout.INSTANCE.lay(Bytes.of("thr"), false, AT)).isEqualTo(Layout.Laid.NOTHING);
    assertThat(Bytes.text(RawLayout.INSTANCE.lay(Bytes.of("thr"), true, AT).bytes()))
        .isEqualTo("thr");
  }
}
