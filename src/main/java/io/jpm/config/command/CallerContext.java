package io.jpm.config.command;

import io.jpm.model.RunAs;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The shell in which a command was typed. Paths, programs and variables are interpreted as that
/// shell would; the daemon's own directory and environment never affect an app.
///
/// @param cwd the directory in which the command was typed, absolute
/// @param environment the caller's variables
/// @param runAs the user that evaluates a process file that is a script. The daemon's user is also
///   the caller's; a file that an app's user can write is evaluated as that user
public record CallerContext(Path cwd, Map<String, String> environment, RunAs runAs) {
  /// Creates a context whose scripts are evaluated as the daemon's user.
  public CallerContext(Path cwd, Map<String, String> environment) {
    this(cwd, environment, RunAs.DAEMON);
  }

  public CallerContext {
    if (!cwd.isAbsolute()) {
      throw new IllegalArgumentException("the caller's directory " + cwd + " is not absolute");
    }
    environment = Map.copyOf(environment);
  }

  /// Returns the absolute path for `text`, resolved against `base`; `~` is the caller's HOME. Empty
  /// if the text cannot be a path because it contains a NUL.
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
