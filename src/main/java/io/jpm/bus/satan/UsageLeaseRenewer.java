package io.jpm.bus.satan;

import io.jpm.bus.Addresses;
import io.vertx.core.Vertx;

/// Subscribes one component to usage samples and renews the subscription ([UsageLease]) until it is
/// stopped. No timer runs while there is no subscription. Owned by one event loop.
public final class UsageLeaseRenewer {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final String listener;
  private long renewal = NO_TIMER;

  /// Creates a renewer without a subscription.
  ///
  /// @param listener a name that identifies the component
  public UsageLeaseRenewer(Vertx vertx, String listener) {
    this.vertx = vertx;
    this.listener = listener;
  }

  /// Starts the subscription. Has no effect if it is active already.
  public void start() {
    if (renewal == NO_TIMER) {
      send(true);
      renewal = vertx.setPeriodic(UsageLease.RENEWAL.toMillis(), _ -> send(true));
    }
  }

  /// Ends the subscription, if it is active.
  public void stop() {
    if (renewal != NO_TIMER) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
      send(false);
    }
  }

  private void send(boolean wanted) {
    vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease(listener, wanted));
  }
}
