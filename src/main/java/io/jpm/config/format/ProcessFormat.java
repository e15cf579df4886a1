package io.jpm.config.format;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// How a process file is written, which its ending says. (PM2 looks for the endings anywhere in the
/// path.)
public enum ProcessFormat {
  /// JSON and JSON5 under either ending.
  JSON(".json", ".json5"),
  YAML(".yaml", ".yml"),
  /// A module of Node whose value is the file's content. Other `.js` files are programs.
  SCRIPT(".config.js", ".config.cjs", ".config.mjs");

  @SuppressWarnings("ImmutableEnumChecker") // made by List.of
  private final List<String> endings;

  ProcessFormat(String... endings) {
    this.endings = List.of(endings);
  }

  /// The format of a file of this name; empty: it is no process file.
  public static Optional<ProcessFormat> named(String file) {
    return Arrays.stream(values())
        .filter(format -> format.endings.stream().anyMatch(file::endsWith))
        .findFirst();
  }

  /// The format of a text that has no name: JSON begins with a bracket or a comment of JSON5.
  public static ProcessFormat of(String text) {
    String begun = text.stripLeading();
    return begun.startsWith("{") || begun.startsWith("[") || begun.startsWith("/") ? JSON : YAML;
  }
}
