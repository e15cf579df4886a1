package io.jpm.bus.god;

import io.jpm.model.AppName;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A process file from which apps were loaded.
///
/// @param file the absolute path
/// @param apps the apps whose spec was last loaded from this file
/// @param watch the context in which the file is applied again whenever it changes; empty if the
///   file is not watched
public record AppFile(Path file, Set<AppName> apps, Optional<WatchContext> watch) {
  public AppFile {
    apps = Set.copyOf(apps);
  }

  /// The context in which a watched file is read again. Apps that an edit adds are started with the
  /// working directory and variables of the user who started the watch.
  ///
  /// @param cwd the working directory of that user, absolute
  /// @param environment the variables of that user
  /// @param envName the name given with `--env`
  /// @param only the apps named with `--only`; empty for all apps
  /// @param persistent true if the watch was requested on the command line; false if the file
  ///   requests it, in which case the watch ends when the file no longer does
  public record WatchContext(
      Path cwd,
      Map<String, String> environment,
      Optional<String> envName,
      Set<String> only,
      boolean persistent) {
    public WatchContext {
      environment = Map.copyOf(environment);
      only = Set.copyOf(only);
    }

    /// Omits the variables, which may contain secrets.
    @Override
    public String toString() {
      return "WatchContext[cwd=%s, chosen=%s, only=%s]".formatted(cwd, envName, only);
    }
  }
}
