package io.jpm.bus.balancer;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.process.WorkerId;

/// A report that ClusterBalancer sends on its own initiative, on
/// [io.jpm.bus.Addresses#BALANCER_REPORTS].
public sealed interface BalancerReport extends BusMessage {
  /// A process accepts connections. Reported once per process.
  ///
  /// @param address the address on which it listens, for users; the first one if there are several
  record Listening(WorkerId worker, String address) implements BalancerReport {}

  /// The app cannot be balanced in the selected mode and switches to another, so its processes must
  /// be replaced.
  ///
  /// @param reason the reason, for users
  record Rebalanced(AppName app, String reason) implements BalancerReport {}
}
