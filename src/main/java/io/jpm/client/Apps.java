package io.jpm.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Apps to be started, and what they need to know of where they come from.
///
/// @param apps one or more
/// @param cwd where what is relative begins, absolute
/// @param env the variables that the apps inherit; empty: PATH, HOME and LANG of the daemon
/// @param file the process file in which they stand, absolute: it is remembered with them, so that
///   `prune` knows which apps have come from it
public record Apps(
    List<App> apps, Path cwd, Optional<Map<String, String>> env, Optional<Path> file) {
  /// @throws IllegalArgumentException without apps, or for a relative path
  public Apps {
    apps = List.copyOf(apps);
    env = env.map(Map::copyOf);
    if (apps.isEmpty()) {
      throw new IllegalArgumentException("no apps: one or more expected");
    }
    checkAbsolute("cwd", cwd);
    file.ifPresent(path -> checkAbsolute("file", path));
  }

  /// Apps with the environment of the daemon, whose relative paths begin in the directory of this
  /// program.
  public static Apps of(App... apps) {
    return new Apps(
        List.of(apps), Path.of("").toAbsolutePath(), Optional.empty(), Optional.empty());
  }

  /// The same in another directory.
  public Apps in(Path directory) {
    return new Apps(apps, directory.toAbsolutePath(), env, file);
  }

  /// The same with these variables, and without those of the daemon.
  public Apps env(Map<String, String> variables) {
    return new Apps(apps, cwd, Optional.of(variables), file);
  }

  /// The same as what stands in a process file.
  public Apps from(Path processFile) {
    return new Apps(apps, cwd, env, Optional.of(processFile.toAbsolutePath()));
  }

  private static void checkAbsolute(String what, Path path) {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(what + " " + path + ": an absolute path expected");
    }
  }
}
