package io.jpm.config;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.jpm.config.format.JsonTree;
import io.jpm.config.format.ParseResult;
import io.jpm.config.format.YamlTree;
import io.jpm.config.values.Node;
import io.jpm.testing.Effort;
import java.nio.charset.StandardCharsets;

/// Any text is a tree or one sentence with its place. A tree written as JSON is the same tree.
class YamlFuzz {
  /// More is not written out: aliases make much of little, up to [YamlTree#MAX_VALUES].
  private static final int MOST_VALUES = 5_000;

  @FuzzTest
  void texts(byte[] data) {
    String text = new String(data, StandardCharsets.UTF_8);
    switch (Effort.inProportion(data.length, () -> YamlTree.parse(text))) {
      case ParseResult.Broken broken -> Sentences.check(broken, text);
      case ParseResult.Read read -> {
        if (values(read.root()) > MOST_VALUES) {
          return;
        }
        String json = read.root().json();
        assertThat(JsonTree.withoutLines(json))
            .isInstanceOfSatisfying(
                ParseResult.Read.class, again -> assertThat(again.root().json()).isEqualTo(json));
      }
    }
  }

  private static long values(Node node) {
    long values =
        1
            + switch (node) {
              case Node.Arr list -> list.items().stream().mapToLong(YamlFuzz::values).sum();
              case Node.Obj object ->
                  object.members().stream().mapToLong(member -> values(member.value())).sum();
              case Node.Text _, Node.Num _, Node.Bool _, Node.Nil _ -> 0;
            };
    assertThat(values).isLessThanOrEqualTo(YamlTree.MAX_VALUES);
    return values;
  }
}
