package io.jpm.bridge;

import io.jpm.bus.satan.UsageLeaseRenewer;
import io.vertx.core.Vertx;
import java.util.HashSet;
import java.util.Set;

/// The peers that are subscribed to [io.jpm.bus.Addresses#USAGE]. Satan measures usage only while
/// there are such peers, and no timer runs while there are none. Confined to the bridge's event
/// loop.
final class UsageSubscriptions {
  private final Set<PeerChannel> peers = new HashSet<>();
  private final UsageLeaseRenewer lease;

  UsageSubscriptions(Vertx vertx) {
    this.lease = new UsageLeaseRenewer(vertx, "bridge");
  }

  /// Adds a subscribed peer; has no effect if it has been added before.
  void add(PeerChannel peer) {
    peers.add(peer);
    lease.start();
  }

  /// Removes a peer that has unsubscribed or disconnected; has no effect if the peer was not
  /// subscribed.
  void remove(PeerChannel peer) {
    if (peers.remove(peer) && peers.isEmpty()) {
      lease.stop();
    }
  }

  /// Ends all subscriptions.
  void end() {
    peers.clear();
    lease.stop();
  }
}
