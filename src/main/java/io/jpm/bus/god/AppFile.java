package io.jpm.bus.god;

import io.jpm.model.AppName;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A process file that apps have come from.
///
/// @param file absolute
/// @param apps those whose description it was that was used last
/// @param reading how it is read again whenever it changes; empty: it is not
public record AppFile(Path file, Set<AppName> apps, Optional<Reading> reading) {
  public AppFile {
    apps = Set.copyOf(apps);
  }

  /// For whom a file is read. Apps that an edit adds are started as this person would start them.
  ///
  /// @param cwd the directory of whoever started it, absolute
  /// @param environment that person's variables
  /// @param chosen the name that `--env` gave
  /// @param only the apps that `--only` named; empty: all
  /// @param lasting whether it was asked for on the command line; otherwise the file says so
  ///   itself, and it ends when the file does not any more
  public record Reading(
      Path cwd,
      Map<String, String> environment,
      Optional<String> chosen,
      Set<String> only,
      boolean lasting) {
    public Reading {
      environment = Map.copyOf(environment);
      only = Set.copyOf(only);
    }

    /// Without the variables, which may be secret.
    @Override
    public String toString() {
      return "Reading[cwd=%s, chosen=%s, only=%s]".formatted(cwd, chosen, only);
    }
  }
}
