package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.config.syntax.ParseResult;
import io.jpm.config.values.Problem;

/// Assertions that hold for every message about a text that cannot be parsed.
final class MessageAssertions {
  private static final int MAX_LENGTH = 302;

  private MessageAssertions() {}

  /// Checks the message as a user sees it: one line, no names of Java, and a location within the
  /// text.
  static void check(ParseResult.Broken broken, String text) {
    assertThat(broken.what()).hasSizeLessThan(MAX_LENGTH);
    assertThat(new Problem("file", broken.what()).message())
        .isNotBlank()
        .doesNotContain("\n", "\r")
        .doesNotContain("Exception", "JsonReadFeature", "org.snakeyaml");
    assertThat(broken.line()).isBetween(0, (int) text.lines().count() + 1);
    assertThat(broken.column()).isNotNegative();
  }
}
