package io.jpm.config.command;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The directories of the caller's PATH. A program name without a slash is looked up in them, in
/// order.
public record SearchPath(List<Path> directories) {
  private static final String USUAL = "/usr/local/bin:/usr/bin:/bin";
  private static final Pattern SEPARATOR = Pattern.compile(":");

  public SearchPath {
    directories = List.copyOf(directories);
  }

  /// Returns the caller's PATH. Empty entries are omitted, and relative entries are resolved
  /// against the caller's working directory.
  public static SearchPath of(CallerContext callerContext) {
    String path = callerContext.environment().getOrDefault("PATH", USUAL);
    return new SearchPath(
        SEPARATOR
            .splitAsStream(path)
            .filter(entry -> !entry.isEmpty())
            .flatMap(entry -> callerContext.absolute(entry, callerContext.cwd()).stream())
            .toList());
  }

  /// Returns the first executable file with the name `program`; empty if there is none, or if
  /// `program` is not a plain file name.
  public Optional<Path> find(String program) {
    if (program.isEmpty() || program.contains("/") || program.equals(".") || program.equals("..")) {
      return Optional.empty();
    }
    try {
      Path name = Path.of(program);
      return directories.stream()
          .map(directory -> directory.resolve(name))
          .filter(file -> Files.isRegularFile(file) && Files.isExecutable(file))
          .findFirst();
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }

  /// Returns the first of `programs` that exists in PATH.
  Optional<Path> findFirst(List<String> programs) {
    return programs.stream().flatMap(program -> find(program).stream()).findFirst();
  }
}
