package io.jpm.config.syntax;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// The default process files: PM2's `ecosystem.config.js`, and its equivalents in other formats. A
/// command uses them if the user does not name a file.
public final class DefaultProcessFiles {
  /// The names, in order of preference.
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

  /// Returns the names in [#NAMES] that exist in `directory`, in order of preference. Blocks.
  public static List<String> findIn(Path directory) {
    return NAMES.stream().filter(name -> Files.exists(directory.resolve(name))).toList();
  }
}
