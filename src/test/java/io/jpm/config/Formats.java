package io.jpm.config;

import io.jpm.config.values.Node;
import java.util.stream.Collectors;

/// Writes a tree in each of the formats.
final class Formats {
  private Formats() {}

  /// With comments, bare keys, single quotes and commas at the end, as people write it.
  static String json5(Node node) {
    return "// all of it\n" + json5Value(node) + " /* the end */";
  }

  private static String json5Value(Node node) {
    return switch (node) {
      case Node.Obj object ->
          object.members().stream()
              .map(member -> json5Key(member.key()) + ": " + json5Value(member.value()) + ",\n")
              .collect(Collectors.joining("", "{", "}"));
      case Node.Arr list ->
          list.items().stream()
              .map(item -> json5Value(item) + ",")
              .collect(Collectors.joining("", "[", "]"));
      case Node.Text text -> text.json().startsWith("\"") ? single(text) : text.json();
      case Node.Num _, Node.Bool _, Node.Nil _ -> node.json();
    };
  }

  private static String json5Key(String key) {
    return key.matches("[A-Za-z_$][A-Za-z0-9_$]*") ? key : new Node.Text(0, key).json();
  }

  private static String single(Node.Text text) {
    String json = text.json();
    String inner = json.substring(1, json.length() - 1);
    return "'" + inner.replace("\\\"", "\"").replace("'", "\\'") + "'";
  }

  /// With a line for each value, as people write it.
  static String yaml(Node node) {
    return "# all of it\n---\n" + yamlBlock(node, "").stripLeading() + "\n";
  }

  private static String yamlBlock(Node node, String indent) {
    return switch (node) {
      case Node.Obj object when !object.members().isEmpty() ->
          object.members().stream()
              .map(member ->
                  "\n"
                      + indent
                      + new Node.Text(0, member.key()).json()
                      + ": "
                      + yamlBlock(member.value(), indent + "  "))
              .collect(Collectors.joining());
      case Node.Arr list when !list.items().isEmpty() ->
          list.items().stream()
              .map(item -> "\n" + indent + "- " + yamlItem(item, indent + "  "))
              .collect(Collectors.joining());
      case Node.Obj _, Node.Arr _, Node.Text _, Node.Num _, Node.Bool _, Node.Nil _ -> node.json();
    };
  }

  /// The first key of an object stands behind the dash.
  private static String yamlItem(Node item, String indent) {
    return item instanceof Node.Obj
        ? yamlBlock(item, indent).stripLeading()
        : yamlBlock(item, indent);
  }
}
