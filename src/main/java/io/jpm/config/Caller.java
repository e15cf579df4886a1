package io.jpm.config;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/// Who typed the command. Paths, programs and variables are taken as this person's shell would take
/// them: the daemon's own directory and environment mean nothing to an app.
///
/// @param cwd the directory the command was typed in, absolute
/// @param environment the caller's variables
public record Caller(Path cwd, Map<String, String> environment) {
  public Caller {
    if (!cwd.isAbsolute()) {
      throw new IllegalArgumentException("the caller's directory " + cwd + " is not absolute");
    }
    environment = Map.copyOf(environment);
  }

  /// The absolute path that `text` names when it is read in `base`: `~` is the caller's HOME. Empty
  /// when the text cannot be a path (a NUL in it).
  Optional<Path> absolute(String text, Path base) {
    String home = environment.getOrDefault("HOME", "");
    boolean inHome = home.startsWith("/") && (text.equals("~") || text.startsWith("~/"));
    try {
      return Optional.of(base.resolve(inHome ? home + text.substring(1) : text).normalize());
    } catch (InvalidPathException _) {
      return Optional.empty();
    }
  }
}
