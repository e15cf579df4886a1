package io.jpm.config.format;

import io.jpm.config.values.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Converts Java values to a [Node] tree: the options of a parsed command line.
public final class ValueTree {
  private static final int NO_LINE = 0;

  private ValueTree() {}

  /// Converts a map.
  ///
  /// @throws IllegalArgumentException if a value is neither text, number, boolean, list nor map
  public static Node.Obj object(Map<?, ? extends @Nullable Object> map) {
    List<Node.Member> members = new ArrayList<>();
    map.forEach(
        (key, value) -> members.add(new Node.Member(NO_LINE, String.valueOf(key), node(value))));
    return new Node.Obj(NO_LINE, members);
  }

  private static Node node(@Nullable Object value) {
    return switch (value) {
      case null -> new Node.Nil(NO_LINE);
      case String text -> new Node.Text(NO_LINE, text);
      case Number number -> new Node.Num(NO_LINE, number.toString());
      case Boolean bool -> new Node.Bool(NO_LINE, bool);
      case List<?> list -> new Node.Arr(NO_LINE, list.stream().map(ValueTree::node).toList());
      case Map<?, ?> map -> object(map);
      default -> throw new IllegalArgumentException("an attribute cannot be a " + value.getClass());
    };
  }
}
