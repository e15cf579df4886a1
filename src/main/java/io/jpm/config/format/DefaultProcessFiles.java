package io.jpm.config.format;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The process file that is meant where a command names none: PM2's `ecosystem.config.js`, else one
/// of that name in another format.
public final class DefaultProcessFiles {
  /// The names, of which the first that is there is meant.
  public static final List<String> NAMES =
      List.of(
          "ecosystem.config.js",
          "ecosystem.config.cjs",
          "ecosystem.config.mjs",
          "ecosystem.json",
          "ecosystem.json5",
          "ecosystem.yaml",
          "ecosystem.yml");

  private DefaultProcessFiles() {}

  /// Those of [#NAMES] that are in `directory`, in their order. It blocks.
  public static List<String> in(Path directory) {
    return NAMES.stream().filter(name -> Files.exists(directory.resolve(name))).toList();
  }
}
