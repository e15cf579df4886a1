package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.config.format.JsonTree;
import io.jpm.config.format.ParseResult;
import io.jpm.testing.Effort;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;

/// Any text is a tree or one sentence with its place. A tree written as JSON is the same tree, and
/// what is plain JSON is always read.
class Json5Fuzz {
  /// The shortest way to much: `1e18` for a `long`, a control character for its escape.
  private static final int MOST_GROWTH = 8;

  @FuzzTest
  void texts(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    switch (Effort.inProportion(data.length, () -> JsonTree.parse(text))) {
      case ParseResult.Broken broken -> {
        Sentences.check(broken, text);
        assertThat(isPlainJson(text) && !broken.what().contains("nested deeper")).isFalse();
      }
      case ParseResult.Read read -> {
        String json = read.root().json();
        assertThat(json.length()).isLessThanOrEqualTo(MOST_GROWTH * text.length() + 32);
        assertThat(JsonTree.withoutLines(json))
            .isInstanceOfSatisfying(
                ParseResult.Read.class, again -> assertThat(again.root().json()).isEqualTo(json));
      }
    }
  }

  private static boolean isPlainJson(String text) {
    try {
      Object value = Json.decodeValue(text);
      return value != null || !text.isBlank();
    } catch (DecodeException notJson) {
      return false;
    }
  }
}
