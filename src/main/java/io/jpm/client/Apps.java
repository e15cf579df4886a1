package io.jpm.client;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Apps to start, with their working directory, environment and process file.
///
/// @param apps at least one app
/// @param cwd the absolute directory against which relative paths are resolved
/// @param env the variables that the apps inherit; empty for the daemon's own PATH, HOME and LANG
/// @param file the absolute path of the process file that describes the apps. The daemon stores it
///   with the apps, and a request that prunes uses it to find the apps that came from the same file
public record Apps(
    List<App> apps, Path cwd, Optional<Map<String, String>> env, Optional<Path> file) {
  /// Validates the apps and the paths.
  ///
  /// @throws IllegalArgumentException if there are no apps or a path is relative
  public Apps {
    apps = List.copyOf(apps);
    env = env.map(Map::copyOf);
    if (apps.isEmpty()) {
      throw new IllegalArgumentException("no apps given: at least one app is required");
    }
    checkAbsolute("cwd", cwd);
    file.ifPresent(path -> checkAbsolute("file", path));
  }

  /// Returns the given apps, which inherit the daemon's own PATH, HOME and LANG. Relative paths are
  /// resolved against the working directory of this program.
  public static Apps of(App... apps) {
    return new Apps(
        List.of(apps), Path.of("").toAbsolutePath(), Optional.empty(), Optional.empty());
  }

  /// Returns a copy whose relative paths are resolved against `directory`.
  public Apps in(Path directory) {
    return new Apps(apps, directory.toAbsolutePath(), env, file);
  }

  /// Returns a copy whose apps inherit these variables instead of the daemon's own.
  public Apps env(Map<String, String> variables) {
    return new Apps(apps, cwd, Optional.of(variables), file);
  }

  /// Returns a copy with this process file.
  public Apps from(Path processFile) {
    return new Apps(apps, cwd, env, Optional.of(processFile.toAbsolutePath()));
  }

  private static void checkAbsolute(String what, Path path) {
    if (!path.isAbsolute()) {
      throw new IllegalArgumentException(
          what + " " + path + " is not an absolute path: use one such as /srv/app");
    }
  }
}
