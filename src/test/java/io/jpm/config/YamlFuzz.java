package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.config.syntax.JsonTree;
import io.jpm.config.syntax.ParseResult;
import io.jpm.config.syntax.YamlTree;
import io.jpm.config.values.ConfigNode;
import io.jpm.testing.CpuTimeBound;
import java.nio.charset.StandardCharsets;

/// Any text yields a tree or one message with a location. A tree written as JSON is read as the
/// same tree.
class YamlFuzz {
  /// Larger trees are not written as JSON. Aliases can expand a small text to [YamlTree#MAX_VALUES]
  /// values.
  private static final int MAX_VALUES = 5_000;

  @FuzzTest
  void texts(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    switch (CpuTimeBound.proportionalTo(data.length, () -> YamlTree.parse(text))) {
      case ParseResult.Broken broken -> MessageAssertions.check(broken, text);
      case ParseResult.Read read -> {
        if (countValues(read.root()) > MAX_VALUES) {
          return;
        }
        String json = read.root().json();
        assertThat(JsonTree.parseWithoutLines(json))
            .isInstanceOfSatisfying(
                ParseResult.Read.class, again -> assertThat(again.root().json()).isEqualTo(json));
      }
    }
  }

  private static long countValues(ConfigNode configNode) {
    long values =
        1
            + switch (configNode) {
              case ConfigNode.Arr list ->
                  list.items().stream().mapToLong(YamlFuzz::countValues).sum();
              case ConfigNode.Obj object ->
                  object.members().stream().mapToLong(member -> countValues(member.value())).sum();
              case ConfigNode.Text _, ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _ -> 0;
            };
    assertThat(values).isLessThanOrEqualTo(YamlTree.MAX_VALUES);
    return values;
  }
}
