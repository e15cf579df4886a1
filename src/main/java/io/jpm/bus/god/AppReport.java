package io.jpm.bus.god;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Custom metrics and actions that an app reports over its IPC channel, in the message format of
/// PM2's `@pm2/io` (`axm:…`).
///
/// @param metrics the custom metrics by name, each with its value and unit, in the order in which
///   the app reports them
/// @param actions the names of custom actions that `jpm trigger` can invoke, in the order in which
///   the app reports them
public record AppReport(Map<String, String> metrics, List<String> actions) {
  /// No metrics and no actions.
  public static final AppReport NONE = new AppReport(Map.of(), List.of());

  public AppReport {
    metrics = Collections.unmodifiableMap(new LinkedHashMap<>(metrics));
    actions = List.copyOf(actions);
  }
}
