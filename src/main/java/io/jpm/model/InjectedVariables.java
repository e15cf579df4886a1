package io.jpm.model;

import io.jpm.model.process.InstanceId;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// Computes the variables that jpm adds to the environment of an instance whenever its process
/// starts. They replace inherited variables of the same name. A variable that the app declares
/// under one of these names is kept. The exception is the incremented variable
/// ([InstanceSettings#counting]), which counts up from the declared value.
///
/// The variables that the process host adds are not included: the process tag `JPM_TAG`, and for
/// Node's IPC channel `NODE_CHANNEL_FD` and `NODE_CHANNEL_SERIALIZATION_MODE`.
public final class InjectedVariables {
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,15}");

  private InjectedVariables() {}

  /// Returns the variables of one instance, by name.
  ///
  /// @param spec the app
  /// @param id the id of the instance
  /// @param number the number of the instance within its app, from 0
  /// @param home the daemon's home directory
  public static Map<String, String> of(AppSpec spec, InstanceId id, int number, Path home) {
    Map<String, String> added = new TreeMap<>();
    added.put(spec.instances().numberVariable(), Integer.toString(number));
    added.put("pm_id", id.toString());
    added.put("name", spec.name().value());
    added.put("JPM_HOME", home.toString());
    added.keySet().removeAll(spec.variables().declared().keySet());
    spec.instances()
        .counting()
        .ifPresent(name -> {
          String base = spec.variables().effective().getOrDefault(name, "");
          added.put(name, Long.toString(number(base) + number));
        });
    return added;
  }

  /// Parses a number. As in PM2, a value that is not a number counts as 0.
  private static long number(String text) {
    return WHOLE.matcher(text).matches() ? Long.parseLong(text) : 0;
  }
}
