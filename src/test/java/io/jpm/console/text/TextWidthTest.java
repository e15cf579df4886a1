package io.jpm.console.text;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextWidthTest {
  @ParameterizedTest
  @CsvSource({
    "web, 3",
    "grüße, 5",
    "日本, 4",
    "한국어, 6",
    "ｗｅｂ, 6",
    "🚀, 2",
    "e\u0301te\u0301, 3",
    "a\u200Bb, 2",
    "\u1112\u1161\u11AB, 2",
    "┌─┐, 3",
    "↺, 1",
    "✔, 1"
  })
  void widthCountsTerminalColumns(String text, int columns) {
    assertThat(TextWidth.of(text)).isEqualTo(columns);
  }

  @Test
  void textIsCutBetweenCharactersWithTheirMarks() {
    assertThat(TextWidth.fit("production", 10)).isEqualTo("production");
    assertThat(TextWidth.fit("production", 6)).isEqualTo("produ…");
    assertThat(TextWidth.fit("日本日本", 6)).isEqualTo("日本…");
    assertThat(TextWidth.fit("e\u0301te\u0301s", 3)).isEqualTo("e\u0301t…");
    assertThat(TextWidth.fit("🚀🚀", 2)).isEqualTo("…");
  }
}
