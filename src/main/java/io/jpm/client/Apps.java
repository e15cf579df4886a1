package io.jpm.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Apps to start, with their working directory, environment and process file.
///
/// @param apps one or more
/// @param cwd the absolute directory to which relative paths refer
/// @param env the variables that the apps inherit; empty: PATH, HOME and LANG of the daemon
/// @param file the absolute path of the process file that describes the apps. The daemon stores it
///   with them, and `prune` uses it to find the apps that came from the same file
public record Apps(
    List<App> apps, Path cwd, Optional<Map<String, String>> env, Optional<Path> file) {
  /// @throws IllegalArgumentException if there are no apps or a path is relative
  public Apps {
    apps = List.copyOf(apps);
    env = env.map(Map::copyOf);
    if (apps.isEmpty()) {
      throw new IllegalArgumentException("no apps: one or more expected");
    }
    checkAbsolute("cwd", cwd);
    file.ifPresent(path -> checkAbsolute("file", path));
  }

  /// Returns apps that inherit the variables of the daemon and whose relative paths refer to the
  /// working directory of this program.
  public static Apps of(App... apps) {
    return new Apps(
        List.of(apps), Path.of("").toAbsolutePath(), Optional.empty(), Optional.empty());
  }

  /// Returns a copy with another directory for relative paths.
  public Apps in(Path directory) {
    return new Apps(apps, directory.toAbsolutePath(), env, file);
  }

  /// Returns a copy with these variables instead of the daemon's.
  public Apps env(Map<String, String> variables) {
    return new Apps(apps, cwd, Optional.of(variables), file);
  }

  /// Returns a copy with this process file.
  public Apps from(Path processFile) {
    return new Apps(apps, cwd, env, Optional.of(processFile.toAbsolutePath()));
  }

  private static void checkAbsolute(String what, Path path) {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(what + " " + path + ": an absolute path expected");
    }
  }
}
