package io.jpm.os;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the executable file of a command, as `execvp(3)` does. Blocks.
public final class ProgramFinder {
  private static final String USUAL_PATH = "/usr/bin:/bin";

  private ProgramFinder() {}

  /// Returns the file to execute.
  ///
  /// @param word a path, relative to `cwd` if it is not absolute; or a name without a slash, which
  ///   is looked up in `path`
  /// @param cwd the working directory of the command
  /// @param path the value of PATH; if empty, the default directories are used
  /// @return the file; empty if no directory in `path` contains an executable with this name. If
  ///   `word` is a path, the existence of the file is not checked.
  public static Optional<Path> find(String word, Path cwd, String path) {
    if (word.contains("/")) {
      return Optional.of(cwd.resolve(word));
    }
    return Stream.of((path.isEmpty() ? USUAL_PATH : path).split(File.pathSeparator, -1))
        .filter(folder -> folder.startsWith("/"))
        .map(folder -> Path.of(folder).resolve(word))
        .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
        .findFirst();
  }
}
