package io.jpm.console.monit;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.console.monit.Key.Named;
import io.jpm.console.monit.Key.Typed;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyReaderTest {
  private final KeyReader reader = new KeyReader();

  private static String bytes(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
  }

  @Test
  void lettersOfEveryScriptAreRead() {
    assertThat(reader.read(bytes("aé日😀")))
        .containsExactly(new Typed('a'), new Typed('é'), new Typed('日'), new Typed(0x1F600));
  }

  @Test
  void specialKeysAreReadInSeveralEncodings() {
    assertThat(reader.read("\u001b[A\u001bOB\u001b[5~\u001b[6~\u001b[H\u001b[4~\t\n\u007f\u0003"))
        .containsExactly(
            Named.UP,
            Named.DOWN,
            Named.PAGE_UP,
            Named.PAGE_DOWN,
            Named.HOME,
            Named.END,
            Named.TAB,
            Named.ENTER,
            Named.BACKSPACE,
            Named.INTERRUPT);
  }

  @Test
  void sequenceMayArriveInPieces() {
    assertThat(reader.read("\u001b")).isEmpty();
    assertThat(reader.read("[")).isEmpty();
    assertThat(reader.read("Bj")).containsExactly(Named.DOWN, new Typed('j'));
    String character = bytes("日");
    assertThat(reader.read(character.substring(0, 1))).isEmpty();
    assertThat(reader.read(character.substring(1))).containsExactly(new Typed('日'));
  }

  @Test
  void loneEscapeIsTheEscapeKeyIfNothingFollows() {
    assertThat(reader.read("\u001b")).isEmpty();
    assertThat(reader.read("")).containsExactly(Named.ESCAPE);
    assertThat(reader.read("")).isEmpty();
    assertThat(reader.read("\u001b\u001b")).containsExactly(Named.ESCAPE);
    assertThat(reader.read("")).containsExactly(Named.ESCAPE);
  }

  @Test
  void unknownSequencesAreIgnored() {
    assertThat(reader.read("\u001b[1;5A\u001bx\u0001\u00ff\u001b[<0;1;2Mq"))
        .containsExactly(new Typed('q'));
    assertThat(reader.read("\u001b[" + "1;".repeat(400) + "A")).isNotEmpty();
    assertThat(reader.read("q")).contains(new Typed('q'));
  }
}
