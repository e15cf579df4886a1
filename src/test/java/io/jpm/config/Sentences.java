package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.format.ParseResult;
import io.jpm.config.values.Problem;

/// What every sentence about a broken text has to be.
final class Sentences {
  private static final int LONGEST = 302;

  private Sentences() {}

  /// As it is shown: one line without a word of Java, about a place that is in the text.
  static void check(ParseResult.Broken broken, String text) {
    assertThat(broken.what()).hasSizeLessThan(LONGEST);
    assertThat(new Problem("file", broken.what()).what())
        .isNotBlank()
        .doesNotContain("\n", "\r")
        .doesNotContain("Exception", "JsonReadFeature", "org.snakeyaml");
    assertThat(broken.line()).isBetween(0, (int) text.lines().count() + 1);
    assertThat(broken.column()).isNotNegative();
  }
}
