package io.jpm.bridge;

import java.util.LinkedHashSet;
import java.util.Set;

/// Limits the number of bytes that are pending for all peers together, because the daemon has
/// little memory and hundreds of peers may not read. Above the limit, the peers that have had bytes
/// pending for the longest time are disconnected, even if only a few bytes are pending for them.
///
/// Confined to the bridge's event loop.
final class SendBudget {
  /// The limit for all peers together, in bytes. One frame can exceed the limit, and the memory
  /// used can be twice as much.
  static final long MAX_BYTES = 24 << 20;

  /// The part of the limit that is available for events and lines, which are withheld from peers
  /// that lag behind.
  private static final int MAX_WITHHELD_BYTES = 16 << 20;

  private static final int LEAST_SHARE_BYTES = 16 << 10;

  /// The peers that may have bytes pending, in the order in which they began to wait.
  private final Set<PeerChannel> waiting = new LinkedHashSet<>();

  private int subscriptions;
  private long counted;
  private long written;

  /// Counts a new subscription to events or lines.
  void subscribed() {
    subscriptions++;
  }

  /// Counts the end of a subscription to events or lines.
  void unsubscribed() {
    subscriptions--;
  }

  /// Returns the number of bytes that can be pending for a peer before events or lines are withheld
  /// from it.
  ///
  /// @param most the upper bound of the result, which applies while there are few subscriptions
  int share(int most) {
    int share = MAX_WITHHELD_BYTES / Math.max(1, subscriptions);
    return Math.max(LEAST_SHARE_BYTES, Math.min(most, share));
  }

  /// Accounts for bytes that are about to be written to `peer`. May disconnect this peer or others.
  void reserve(PeerChannel peer, int bytes) {
    if (peer.pendingBytes() == 0) {
      waiting.remove(peer); // The peer has caught up: move it to the end.
    }
    waiting.add(peer);
    written += bytes;
    if (counted + written > MAX_BYTES) {
      count();
    }
  }

  /// Removes a disconnected peer.
  void remove(PeerChannel peer) {
    waiting.remove(peer);
  }

  private void count() {
    waiting.removeIf(peer -> peer.pendingBytes() == 0);
    counted = waiting.stream().mapToLong(PeerChannel::pendingBytes).sum();
    written = 0;
    while (counted > MAX_BYTES) {
      PeerChannel longest = waiting.iterator().next();
      counted -= longest.pendingBytes();
      waiting.remove(longest);
      longest.cutOff();
    }
  }
}
