package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.UsageWanted;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;

/// Which peers listen to [Addresses#USAGE]; tells Satan whether any does. Without one no timer
/// runs. Owned by the bridge's event loop.
final class UsageSubscriptions {
  private static final String LISTENER = "bridge";
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Set<StockPeer> peers = new HashSet<>();
  private long renewal = NO_TIMER;

  UsageSubscriptions(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Subscribing again changes nothing.
  void add(StockPeer peer) {
    if (peers.add(peer) && renewal == NO_TIMER) {
      tell(true);
      renewal = vertx.setPeriodic(UsageWanted.RENEWAL.toMillis(), _ -> tell(true));
    }
  }

  /// The peer does not listen any more, or is gone; it may never have listened.
  void remove(StockPeer peer) {
    if (peers.remove(peer) && peers.isEmpty()) {
      rest();
    }
  }

  /// Nobody listens any more.
  void end() {
    if (!peers.isEmpty()) {
      peers.clear();
      rest();
    }
  }

  private void rest() {
    vertx.cancelTimer(renewal);
    renewal = NO_TIMER;
    tell(false);
  }

  private void tell(boolean wanted) {
    vertx.eventBus().send(Addresses.USAGE_WANTED, new UsageWanted(LISTENER, wanted));
  }
}
