package io.jpm.config.command;

import io.jpm.model.RunAs;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// The shell in which the user ran a command. Paths, programs and variables are interpreted as in
/// that shell. The daemon's own directory and environment never affect an app.
///
/// @param cwd the working directory of the shell, absolute
/// @param environment the shell's variables
/// @param runAs the user with whose permissions a process file that is a script is evaluated. This
///   is usually the daemon's user, who is also the caller. A file that an app's user can write is
///   evaluated as that user
public record CallerContext(Path cwd, Map<String, String> environment, RunAs runAs) {
  /// Creates a context in which script files are evaluated as the daemon's user.
  public CallerContext(Path cwd, Map<String, String> environment) {
    this(cwd, environment, RunAs.DAEMON);
  }

  public CallerContext {
    if (!cwd.isAbsolute()) {
      throw new IllegalArgumentException("the caller's directory " + cwd + " is not absolute");
    }
    environment = Map.copyOf(environment);
  }

  /// Returns the absolute path for `text`, resolved against `base`. `~` is the caller's HOME. Empty
  /// if the text contains a NUL and therefore cannot be a path.
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
