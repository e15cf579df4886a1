package io.jpm.config.syntax;

import io.jpm.config.values.ConfigNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Converts Java values, such as the options of a parsed command line, to a [ConfigNode] tree.
public final class ValueTree {
  private static final int NO_LINE = 0;

  private ValueTree() {}

  /// Converts a map.
  ///
  /// @throws IllegalArgumentException if a value is not text, a number, a boolean, a list or a map
  public static ConfigNode.Obj object(Map<?, ? extends @Nullable Object> map) {
    List<ConfigNode.Member> members = new ArrayList<>();
    map.forEach((key, value) ->
        members.add(new ConfigNode.Member(NO_LINE, String.valueOf(key), node(value))));
    return new ConfigNode.Obj(NO_LINE, members);
  }

  private static ConfigNode node(@Nullable Object value) {
    return switch (value) {
      case null -> new ConfigNode.Nil(NO_LINE);
      case String text -> new ConfigNode.Text(NO_LINE, text);
      case Number number -> new ConfigNode.Num(NO_LINE, number.toString());
      case Boolean bool -> new ConfigNode.Bool(NO_LINE, bool);
      case List<?> list -> new ConfigNode.Arr(NO_LINE, list.stream().map(ValueTree::node).toList());
      case Map<?, ?> map -> object(map);
      default ->
          throw new IllegalArgumentException(
              "unsupported type of an attribute: " + value.getClass());
    };
  }
}
