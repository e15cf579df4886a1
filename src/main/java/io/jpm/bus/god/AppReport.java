package io.jpm.bus.god;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What an app says about itself over its channel, in the messages of PM2's `@pm2/io` (`axm:…`).
///
/// @param metrics custom metrics by name, each as its value with its unit, in the order of the app
/// @param actions the names of custom actions that `jpm trigger` can send, in that order
public record AppReport(Map<String, String> metrics, List<String> actions) {
  /// Nothing.
  public static final AppReport NONE = new AppReport(Map.of(), List.of());

  public AppReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    actions = List.copyOf(actions);
  }
}
