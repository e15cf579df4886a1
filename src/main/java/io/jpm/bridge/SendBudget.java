package io.jpm.bridge;

import java.util.LinkedHashSet;
import java.util.Set;

/// What waits to be sent to all peers together. A daemon has little memory, and each of hundreds of
/// peers that do not read may have a little of it: when it becomes too much, those for whom
/// something has waited longest are cut off, however little it is.
///
/// Owned by the bridge's event loop.
final class SendBudget {
  /// How much may wait for all together, in bytes, and one frame more; what it takes in memory can
  /// be twice as much.
  static final long MAX_BYTES = 24 << 20;

  /// How much of that may be events and lines, which are withheld from who does not keep up.
  private static final int MAX_WITHHELD_BYTES = 16 << 20;

  private static final int LEAST_SHARE_BYTES = 16 << 10;

  /// Those for whom something may wait, in the order in which it began to.
  private final Set<PeerChannel> waiting = new LinkedHashSet<>();

  private int subscriptions;
  private long counted;
  private long written;

  /// There is one more subscription to events or lines.
  void subscribed() {
    subscriptions++;
  }

  /// One of them has ended.
  void unsubscribed() {
    subscriptions--;
  }

  /// How much may wait for a peer, in bytes, before something is withheld from it.
  ///
  /// @param most when there are few
  int share(int most) {
    int share = MAX_WITHHELD_BYTES / Math.max(1, subscriptions);
    return Math.max(LEAST_SHARE_BYTES, Math.min(most, share));
  }

  /// So much is about to be written for `peer`. It may be cut off by this, as may others.
  void writes(PeerChannel peer, int bytes) {
    if (peer.pendingBytes() == 0) {
      waiting.remove(peer); // It has read all: it comes last again.
    }
    waiting.add(peer);
    written += bytes;
    if (counted + written > MAX_BYTES) {
      count();
    }
  }

  /// The peer is gone.
  void gone(PeerChannel peer) {
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
