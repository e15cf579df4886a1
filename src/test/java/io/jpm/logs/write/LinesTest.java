package io.jpm.logs.write;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LinesTest {
  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 100})
  void wholeLinesAreFoundHoweverTheBytesAreCut(int size) {
    List<ByteBuffer> bytes = Bytes.of("one\ntwo\nthr", size);

    assertThat(Lines.bytes(bytes)).isEqualTo(11);
    assertThat(Lines.whole(bytes)).isEqualTo(8);
    assertThat(Lines.ends(bytes, 11)).isEqualTo(2);
    assertThat(Lines.ends(bytes, 7)).isEqualTo(1);
    assertThat(Bytes.text(Lines.first(bytes, 8))).isEqualTo("one\ntwo\n");
    assertThat(Bytes.text(Lines.behind(bytes, 8))).isEqualTo("thr");
    assertThat(Lines.at(bytes, 4)).isEqualTo((byte) 't');
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "no end"})
  void withoutAnEndThereIsNoWholeLine(String text) {
    assertThat(Lines.whole(Bytes.of(text, 2))).isZero();
  }
}
