package io.jpm.config;

import io.jpm.config.values.ConfigNode;
import java.util.stream.Collectors;

/// Writes a tree of nodes in each of the formats.
final class Formats {
  private Formats() {}

  /// Returns JSON5 with comments, bare keys, single quotes and trailing commas, as in handwritten
  /// files.
  static String json5(ConfigNode configNode) {
    return "// all of it\n" + json5Value(configNode) + " /* the end */";
  }

  private static String json5Value(ConfigNode configNode) {
    return switch (configNode) {
      case ConfigNode.Obj object ->
          object.members().stream()
              .map(member -> json5Key(member.key()) + ": " + json5Value(member.value()) + ",\n")
              .collect(Collectors.joining("", "{", "}"));
      case ConfigNode.Arr list ->
          list.items().stream()
              .map(item -> json5Value(item) + ",")
              .collect(Collectors.joining("", "[", "]"));
      case ConfigNode.Text text -> text.json().startsWith("\"") ? single(text) : text.json();
      case ConfigNode.Num _, ConfigNode.Bool _, ConfigNode.Nil _ -> configNode.json();
    };
  }

  private static String json5Key(String key) {
    return key.matches("[A-Za-z_$][A-Za-z0-9_$]*") ? key : new ConfigNode.Text(0, key).json();
  }

  private static String single(ConfigNode.Text text) {
    String json = text.json();
    String inner = json.substring(1, json.length() - 1);
    return "'" + inner.replace("\\\"", "\"").replace("'", "\\'") + "'";
  }

  /// Returns YAML with one line for each value, as in handwritten files.
  static String yaml(ConfigNode configNode) {
    return "# all of it\n---\n" + yamlBlock(configNode, "").stripLeading() + "\n";
  }

  private static String yamlBlock(ConfigNode configNode, String indent) {
    return switch (configNode) {
      case ConfigNode.Obj object when !object.members().isEmpty() ->
          object.members().stream()
              .map(member ->
                  "\n"
                      + indent
                      + new ConfigNode.Text(0, member.key()).json()
                      + ": "
                      + yamlBlock(member.value(), indent + "  "))
              .collect(Collectors.joining());
      case ConfigNode.Arr list when !list.items().isEmpty() ->
          list.items().stream()
              .map(item -> "\n" + indent + "- " + yamlItem(item, indent + "  "))
              .collect(Collectors.joining());
      case ConfigNode.Obj _,
          ConfigNode.Arr _,
          ConfigNode.Text _,
          ConfigNode.Num _,
          ConfigNode.Bool _,
          ConfigNode.Nil _ ->
          configNode.json();
    };
  }

  /// Writes an item of a list. The first key of an object follows the dash.
  private static String yamlItem(ConfigNode item, String indent) {
    return item instanceof ConfigNode.Obj
        ? yamlBlock(item, indent).stripLeading()
        : yamlBlock(item, indent);
  }
}
