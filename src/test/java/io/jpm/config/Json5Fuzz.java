package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.testing.CpuTimeBound;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.nio.charset.StandardCharsets;

/// Any text yields a tree or one message with a location. A tree written as JSON is read as the
/// same tree, and plain JSON is always accepted.
class Json5Fuzz {
  /// Upper bound on the growth of a text that is written as JSON: the shortest inputs that grow
  /// most are `1e18`, which becomes a `long`, and a control character, which becomes its escape
  /// sequence.
  private static final int MAX_GROWTH = 8;

  @FuzzTest
  void texts(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    switch (CpuTimeBound.proportionalTo(data.length, () -> JsonTree.parse(text))) {
      case ParseResult.Broken broken -> {
        MessageAssertions.check(broken, text);
        assertThat(isPlainJson(text) && !broken.what().contains("nested deeper")).isFalse();
      }
      case ParseResult.Read read -> {
        String json = read.root().json();
        assertThat(json.length()).isLessThanOrEqualTo(MAX_GROWTH * text.length() + 32);
        assertThat(JsonTree.parseWithoutLines(json))
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
