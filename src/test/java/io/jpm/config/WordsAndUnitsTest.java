package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.values.Durations;
import io.jpm.config.values.ShellWords;
import io.jpm.config.values.Sizes;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WordsAndUnitsTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          a  b\tc | a,b,c
          'a b' c | a b,c
          a'b 'c | ab c
          "a \\" b" | a " b
          "a\\n" | a\\n
          a\\ b | a b
          'a\\b' | a\\b
          '' x | ,x
          --x="1 2" | --x=1 2
          é'ü' | éü
          """)
  void quotesKeepTextTogether(String text, String words) {
    assertThat(ShellWords.of(text).words()).containsExactly(words.split(",", -1));
    assertThat(ShellWords.of(text).closed()).isTrue();
  }

  @Test
  void unclosedQuoteIsDetected() {
    assertThat(ShellWords.of("a 'b").closed()).isFalse();
    assertThat(ShellWords.of("a \"b").closed()).isFalse();
    assertThat(ShellWords.of("a\\").words()).isEqualTo(List.of("a\\"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a && b", "a; b", "a | b", "a > f", "a < f", "a &", "a $X", "a \"$X\"", "a `b`", "a *.c",
        "a ?", "a [x]", "a {1,2}", "X=1 a", "~/a b", "a ~/b", "a #b", "cd b", "exec b", "(a b)",
        "a\nb", "! a",
      })
  void shellSyntaxIsNotPlain(String text) {
    assertThat(ShellWords.of(text).plain()).isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a '$X'", "a \"b; c\"", "a --x=y", "a b#c", "a \\$X", "a x~"})
  void textWithoutShellSyntaxIsPlain(String text) {
    assertThat(ShellWords.of(text).plain()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "500ms,500,500ms",
    "10s,10000,10s",
    "5m,300000,5m",
    "1h,3600000,1h",
    "7d,604800000,7d",
    "0s,0,0s",
    "60s,60000,1m",
    "1600ms,1600,1600ms"
  })
  void durationsHaveUnits(String text, long millis, String shown) {
    assertThat(Durations.parse(text)).contains(Duration.ofMillis(millis));
    assertThat(Durations.format(Duration.ofMillis(millis))).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "5", "s", "-5s", "1.5s", "5 s", "5S", "999999999d", "99999999999999999s"})
  void otherTextIsNotADuration(String text) {
    assertThat(Durations.parse(text)).isEmpty();
  }

  @Test
  void millisecondsMustNotBeNegativeOrTooLarge() {
    assertThat(Durations.ofMillis(1500)).contains(Duration.ofMillis(1500));
    assertThat(Durations.ofMillis(-1)).isEmpty();
    assertThat(Durations.ofMillis(Long.MAX_VALUE)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "64K,65536,64K",
    "16M,16777216,16M",
    "1G,1073741824,1G",
    "512,512,512",
    "2048,2048,2K",
    "0,0,0"
  })
  void sizesAreBasedOn1024(String text, long bytes, String shown) {
    assertThat(Sizes.parse(text)).hasValue(bytes);
    assertThat(Sizes.format(bytes)).isEqualTo(shown);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "K", "-1K", "1.5M", "10m", "1T", "999999999999G"})
  void otherTextIsNotASize(String text) {
    assertThat(Sizes.parse(text)).isEmpty();
  }
}
