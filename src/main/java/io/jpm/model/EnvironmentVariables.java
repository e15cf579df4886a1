package io.jpm.model;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// The environment of an app. Declared variables take precedence over those inherited from the
/// shell of the user who started the app. Removed variables are never passed on.
///
/// @param inherited the variables exported by that shell, after filtering; `--update-env` replaces
///   all of them
/// @param declared the variables that the app's process file or command line sets
/// @param removed the names of inherited variables that are not passed to the app (`null` in a
///   process file)
/// @param filter selects the variables of a shell that are never inherited (PM2's `filter_env`)
/// @param referred the env files and secrets that are read whenever a process starts. Variables
///   from env files take precedence over inherited variables, but not over declared ones
public record EnvironmentVariables(
    Map<String, String> inherited,
    Map<String, String> declared,
    Set<String> removed,
    InheritFilter filter,
    ReferencedVariables referred) {
  /// An environment without variables.
  public static final EnvironmentVariables NONE =
      new EnvironmentVariables(Map.of(), Map.of(), Set.of(), InheritFilter.NOTHING);

  /// Creates an environment without env files or secrets.
  public EnvironmentVariables(
      Map<String, String> inherited,
      Map<String, String> declared,
      Set<String> removed,
      InheritFilter filter) {
    this(inherited, declared, removed, filter, ReferencedVariables.NONE);
  }

  public EnvironmentVariables {
    inherited = Map.copyOf(inherited);
    declared = Map.copyOf(declared);
    removed = Set.copyOf(removed);
  }

  /// Returns an environment that contains only declared variables.
  public static EnvironmentVariables declared(Map<String, String> declared) {
    return new EnvironmentVariables(Map.of(), declared, Set.of(), InheritFilter.NOTHING);
  }

  /// Returns the environment of the app, without the variables that are read or added whenever a
  /// process starts.
  public Map<String, String> effective() {
    Map<String, String> all = new HashMap<>(inherited);
    all.keySet().removeAll(removed);
    all.putAll(declared);
    return Map.copyOf(all);
  }

  /// Returns a copy with the variables of another shell (`--update-env`).
  ///
  /// @param shell the variables exported by that shell. The app's own filter still applies; a
  ///   filter that drops everything leaves the inherited variables unchanged
  public EnvironmentVariables inheriting(Map<String, String> shell) {
    if (filter.everything()) {
      return this;
    }
    Map<String, String> kept = new HashMap<>(shell);
    kept.keySet().removeIf(filter::drops);
    return new EnvironmentVariables(kept, declared, removed, filter, referred);
  }

  /// Returns a copy that contains the variables of the env files. Secrets are still read when the
  /// process starts.
  ///
  /// @param read the variables of all env files together
  public EnvironmentVariables withFiles(Map<String, String> read) {
    Map<String, String> all = new HashMap<>(read);
    all.keySet().removeAll(removed);
    all.putAll(declared);
    return new EnvironmentVariables(
        inherited, all, removed, filter, new ReferencedVariables(List.of(), referred.secrets()));
  }

  /// Returns a copy with the variables that `jpm set` has stored for the app, which take precedence
  /// over declared ones.
  public EnvironmentVariables withStored(Map<String, String> stored) {
    if (stored.isEmpty()) {
      return this;
    }
    Map<String, String> all = new HashMap<>(declared);
    all.putAll(stored);
    return new EnvironmentVariables(inherited, all, removed, filter, referred);
  }
}
