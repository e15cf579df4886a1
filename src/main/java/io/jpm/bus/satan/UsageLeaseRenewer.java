package io.jpm.bus.satan;

import io.jpm.bus.Addresses;
import io.vertx.core.Vertx;

/// Subscribes one component to usage samples and renews the subscription ([UsageLease]) until it is
/// ended. No timer runs without a subscription. Owned by one event loop.
public final class UsageLeaseRenewer {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final String listener;
  private long renewal = NO_TIMER;

  /// @param listener a name that identifies the component
  public UsageLeaseRenewer(Vertx vertx, String listener) {
    this.vertx = vertx;
    this.listener = listener;
  }

  /// Starts the subscription; has no effect if it runs already.
  public void start() {
    if (renewal == NO_TIMER) {
      tell(true);
      renewal = vertx.setPeriodic(UsageLease.RENEWAL.toMillis(), _ -> tell(true));
    }
  }

  /// Ends the subscription, if it runs.
  public void stop() {
    if (renewal != NO_TIMER) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
      tell(false);
    }
  }

  private void tell(boolean wanted) {
    vertx.eventBus().send(Addresses.USAGE_LEASES, new UsageLease(listener, wanted));
  }
}
