package io.jpm.model.text;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SurrogateEscapeTest {
  @ParameterizedTest
  @ValueSource(
      strings = {"", "plain", "Grüße", "日本", "a😀b", "\u0000\u007F\u0080\u07FF\u0800\uFFFF"})
  void validTextIsUtf8(String text) {
    assertThat(SurrogateEscape.toBytes(text)).isEqualTo(text.getBytes(UTF_8));
    assertThat(SurrogateEscape.fromBytes(text.getBytes(UTF_8))).isEqualTo(text);
  }

  @Test
  void invalidByteIsReadAsALoneSurrogate() {
    byte[] bytes = {'a', (byte) 0xFF, 'b'};

    assertThat(SurrogateEscape.fromBytes(bytes)).isEqualTo("a\uDCFFb");
    assertThat(SurrogateEscape.toBytes("a\uDCFFb")).isEqualTo(bytes);
  }

  @Test
  void otherSurrogateIsWrittenAsAQuestionMark() {
    assertThat(SurrogateEscape.toBytes("\uD800x\uDC7F\uDFFF")).isEqualTo("?x??".getBytes(UTF_8));
  }

  @Test
  void everyPairOfBytesIsPreserved() {
    for (int pair = 0; pair <= 0xFFFF; pair++) {
      byte[] bytes = {(byte) (pair >> 8), (byte) pair};
      assertThat(SurrogateEscape.toBytes(SurrogateEscape.fromBytes(bytes))).isEqualTo(bytes);
    }
  }

  @Test
  void randomBytesArePreserved() {
    SplittableRandom random = new SplittableRandom(42);
    for (int i = 0; i < 20_000; i++) {
      byte[] bytes = new byte[random.nextInt(12)];
      random.nextBytes(bytes);
      assertThat(SurrogateEscape.toBytes(SurrogateEscape.fromBytes(bytes))).isEqualTo(bytes);
    }
  }
}
