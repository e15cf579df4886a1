package io.jpm.console.text;

import io.jpm.bus.balancer.BalancerReply;
import io.jpm.model.ClusterSettings;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Builds the rows of `jpm describe` that show how the instances of an app in cluster mode share a
/// port.
final class ClusterRows {
  private ClusterRows() {}

  /// Returns the rows in display order, keyed by label.
  ///
  /// @param status the balancing status of the app; empty if it is unknown, in which case the
  ///   configured mode is shown
  static Map<String, String> of(
      ClusterSettings clusterSettings, Optional<BalancerReply.Status> status) {
    Map<String, String> rows = new LinkedHashMap<>();
    rows.put("balance", status.map(ClusterRows::way).orElse(clusterSettings.balance().keyword()));
    status
        .filter(known -> !known.addresses().isEmpty())
        .ifPresent(known -> rows.put("listens on", String.join(", ", known.addresses())));
    status.ifPresent(known ->
        known.privatePort().ifPresent(port -> rows.put("own PORT", Integer.toString(port))));
    rows.put("drain timeout", Amounts.span(clusterSettings.drain()));
    status.ifPresent(known ->
        known
            .counters()
            .forEach((name, value) -> rows.put(name, String.format(Locale.ROOT, "%,d", value))));
    return rows;
  }

  /// Returns the balancing mode, the strategy and the reason, such as `node, kernel: the program is
  /// node`.
  private static String way(BalancerReply.Status status) {
    String strategy = status.strategy().isEmpty() ? "" : ", " + status.strategy();
    String reason = status.reason().isEmpty() ? "" : ": " + status.reason();
    return status.mode().keyword() + strategy + reason;
  }
}
