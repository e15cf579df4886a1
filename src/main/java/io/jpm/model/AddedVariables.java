package io.jpm.model;

import io.jpm.model.run.InstanceId;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;

/// What jpm adds to an app's variables at each start, over those that it inherits. What the owner
/// declares under one of these names stays as it is, but for the one that counts
/// ([Instances#counting]), which counts from there.
///
/// Not in it is what the host adds on its own account: the mark `JPM_TAG`, and for Node's channel
/// `NODE_CHANNEL_FD` and `NODE_CHANNEL_SERIALIZATION_MODE`.
public final class AddedVariables {
  private static final Pattern WHOLE = Pattern.compile("-?[0-9]{1,15}");

  private AddedVariables() {}

  /// The variables of one instance, by name.
  ///
  /// @param spec the app
  /// @param id the instance
  /// @param number its place among the app's instances, from 0
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

  /// PM2's rule: what is no number counts from 0.
  private static long number(String text) {
    return WHOLE.matcher(text).matches() ? Long.parseLong(text) : 0;
  }
}
