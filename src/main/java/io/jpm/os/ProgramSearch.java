package io.jpm.os;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/// Finds the file that a command's first word means, as `execvp(3)` does. Blocking.
public final class ProgramSearch {
  private static final String USUAL_PATH = "/usr/bin:/bin";

  private ProgramSearch() {}

  /// The file to execute.
  ///
  /// @param word a path, which begins in `cwd` where it is relative, or a name without a slash
  /// @param cwd the working directory of the command
  /// @param path the value of PATH; empty: the usual folders
  /// @return empty when no folder of `path` has an executable of that name; that a path leads
  ///   anywhere is not checked
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
