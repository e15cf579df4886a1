package io.jpm.config.command;

import io.jpm.model.RunAs;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Who typed the command. Paths, programs and variables are taken as this person's shell would take
/// them: the daemon's own directory and environment mean nothing to an app.
///
/// @param cwd the directory the command was typed in, absolute
/// @param environment the caller's variables
/// @param runAs as whom a process file that is a script is evaluated: the daemon's user is the
///   caller's too, and a file that an app's user may write to is evaluated as that user
public record CallerContext(Path cwd, Map<String, String> environment, RunAs runAs) {
  /// Whose scripts are evaluated as the daemon's user.
  public CallerContext(Path cwd, Map<String, String> environment) {
    this(cwd, environment, RunAs.DAEMON);
  }

  public CallerContext {
    if (!cwd.isAbsolute()) {
      throw new IllegalArgumentException("the caller's directory " + cwd + " is not absolute");
    }
    environment = Map.copyOf(environment);
  }

  /// The absolute path that `text` names when it is read in `base`: `~` is the caller's HOME. Empty
  /// when the text cannot be a path (a NUL in it).
  public Optional<Path> absolute(String text, Path base) {
    String home = environment.getOrDefault("HOME", "");
    boolean inHome = home.startsWith("/") && (text.equals("~") || text.startsWith("~/"));
    try {
      return Optional.of(base.resolve(inHome ? home + text.substring(1) : text).normalize());
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }
}
