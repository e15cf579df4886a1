package io.jpm.config.syntax;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// The format of a process file, determined by its extension. (PM2 looks for the extensions
/// anywhere in the path.)
public enum ProcessFormat {
  /// JSON or JSON5. Files with either extension may contain both.
  JSON(".json", ".json5"),
  YAML(".yaml", ".yml"),
  /// A Node module that exports the content of the process file. Other `.js` files are programs.
  SCRIPT(".config.js", ".config.cjs", ".config.mjs");

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> endings;

  ProcessFormat(String... endings) {
    this.endings = List.of(endings);
  }

  /// Returns the format of a file with this name; empty if the name is not that of a process file.
  public static Optional<ProcessFormat> named(String file) {
    return Arrays.stream(values())
        .filter(format -> format.endings.stream().anyMatch(file::endsWith))
        .findFirst();
  }

  /// Returns the format of a text without a file name. JSON begins with a bracket or a JSON5
  /// comment.
  public static ProcessFormat of(String text) {
    String begun = text.stripLeading();
    return begun.startsWith("{") || begun.startsWith("[") || begun.startsWith("/") ? JSON : YAML;
  }
}
