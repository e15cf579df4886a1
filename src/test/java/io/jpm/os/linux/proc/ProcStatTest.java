package io.jpm.os.linux.proc;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ProcStatTest {
  private static final String REST =
      " S 7 8 9 34816 -1 4194304 1 2 3 4 50 60 0 0 20 0 3 0 12345 999 77 18446744073709551615"
          + " 1 0 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 10752\n";

  private static ProcStat parse(String line) {
    return ProcStat.parse(line.getBytes(StandardCharsets.ISO_8859_1)).orElseThrow();
  }

  @Test
  void requiredFieldsAreParsed() {
    assertThat(parse("42 (sh)" + REST))
        .isEqualTo(new ProcStat(42, 'S', 7, 8, 9, 4194304, 110, 3, 12345, 77, 10752));
  }

  @Test
  void commandMayContainAnyCharacters() {
    assertThat(parse("42 (a) Z 1 (\n\377) )" + REST)).isEqualTo(parse("42 (sh)" + REST));
  }

  @Test
  void truncatedLineIsNotAProcess() {
    assertThat(ProcStat.parse("42 (sh) S 1 2".getBytes(StandardCharsets.US_ASCII))).isEmpty();
    assertThat(ProcStat.parse(new byte[0])).isEmpty();
  }

  @Test
  void processWhoseFirstThreadEndedIsAlive() {
    assertThat(parse("42 (sh)" + REST.replace(" S ", " Z ")).isAlive()).isTrue();
    assertThat(
            parse("42 (sh)" + REST.replace(" S ", " Z ").replace(" 20 0 3 ", " 20 0 1 ")).isAlive())
        .isFalse();
  }
}
