package io.jpm.model;

import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/// What jpm adds to an app's variables at each start, over those of [Variables#effective].
///
/// Not in it is what the host adds on its own account: the mark `JPM_TAG`, and for Node's channel
/// `NODE_CHANNEL_FD` and `NODE_CHANNEL_SERIALIZATION_MODE`.
public final class AddedVariables {
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
    return added;
  }
}
