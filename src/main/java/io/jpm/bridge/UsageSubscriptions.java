package io.jpm.bridge;

import io.jpm.bus.satan.UsageLease;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;

/// Which peers listen to [Addresses#USAGE]; tells Satan whether any does. Without one no timer
/// runs. Owned by the bridge's event loop.
final class UsageSubscriptions {
  private final Set<PeerChannel> peers = new HashSet<>();
  private final UsageLease lease;

  UsageSubscriptions(Vertx vertx) {
    this.lease = new UsageLease(vertx, "bridge");
  }

  /// Subscribing again changes nothing.
  void add(PeerChannel peer) {
    peers.add(peer);
    lease.begin();
  }

  /// The peer does not listen any more, or is gone; it may never have listened.
  void remove(PeerChannel peer) {
    if (peers.remove(peer) && peers.isEmpty()) {
      lease.end();
    }
  }

  /// Nobody listens any more.
  void end() {
    peers.clear();
    lease.end();
  }
}
