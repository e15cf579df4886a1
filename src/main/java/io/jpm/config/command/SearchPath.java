package io.jpm.config.command;

import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/// The directories in which a bare program name is looked up, in order: the caller's PATH.
public record SearchPath(List<Path> directories) {
  private static final String USUAL = "/usr/local/bin:/usr/bin:/bin";
  private static final Pattern SEPARATOR = Pattern.compile(":");

  public SearchPath {
    directories = List.copyOf(directories);
  }

  /// The caller's PATH; empty entries of it are left out, relative ones begin in the caller's
  /// directory.
  public static SearchPath of(CallerContext callerContext) {
    String path = callerContext.environment().getOrDefault("PATH", USUAL);
    return new SearchPath(
        SEPARATOR
            .splitAsStream(path)
            .filter(entry -> !entry.isEmpty())
            .flatMap(entry -> callerContext.absolute(entry, callerContext.cwd()).stream())
            .toList());
  }

  /// The first executable file called `program`; empty for names that are no bare word.
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

  /// The first of `programs` that is found.
  Optional<Path> findFirst(List<String> programs) {
    return programs.stream().flatMap(program -> find(program).stream()).findFirst();
  }
}
