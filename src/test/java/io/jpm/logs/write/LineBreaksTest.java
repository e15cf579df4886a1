package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LineBreaksTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void wholeLinesAreFoundAcrossBuffers(int size) {
    List<ByteBuffer> bytes = TextBuffers.of("one\ntwo\nthr", size);

    assertThat(LineBreaks.bytes(bytes)).isEqualTo(11);
    assertThat(LineBreaks.whole(bytes)).isEqualTo(8);
    assertThat(LineBreaks.ends(bytes, 11)).isEqualTo(2);
    assertThat(LineBreaks.ends(bytes, 7)).isEqualTo(1);
    assertThat(TextBuffers.text(LineBreaks.first(bytes, 8))).isEqualTo("one\ntwo\n");
    assertThat(TextBuffers.text(LineBreaks.behind(bytes, 8))).isEqualTo("thr");
    assertThat(LineBreaks.at(bytes, 4)).isEqualTo((byte) 't');
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no end"})
  void textWithoutALineEndHasNoWholeLine(String text) {
    assertThat(LineBreaks.whole(TextBuffers.of(text, 2))).isZero();
  }
}
