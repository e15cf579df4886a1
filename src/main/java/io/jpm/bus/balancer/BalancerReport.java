package io.jpm.bus.balancer;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.run.WorkerId;

/// What ClusterBalancer has noticed, published on [io.jpm.bus.Addresses#BALANCER_REPORTS].
public sealed interface BalancerReport extends BusMessage {
  /// A process takes connections; said once of each.
  ///
  /// @param address where, for people; the first of several
  record Listening(WorkerId worker, String address) implements BalancerReport {}

  /// The app can not be balanced in the way that was chosen, and will be in another: its processes
  /// have to be made anew.
  ///
  /// @param reason for people
  record Rebalanced(AppName app, String reason) implements BalancerReport {}
}
