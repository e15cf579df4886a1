package io.jpm.client;

/// Takes what a subscription brings, one after the other, on a virtual thread of its own: it may
/// block, and it may ask the client. While it works nothing more is read for it, so a slow one
/// slows the daemon's sending and fills no memory here; the daemon cuts off a subscriber that reads
/// nothing for `bridge.slow_peer_timeout`, and then the client comes back as after any other loss.
/// What it throws is logged and changes nothing.
///
/// @param <T> what it brings
@FunctionalInterface
public interface Follower<T> {
  /// Something has come.
  void take(T next);

  /// The connection is lost; the client tries to come back until the subscription is closed. Told
  /// once for each loss.
  default void interrupted(JpmException why) {}

  /// It is there again.
  default void resumed() {}

  /// Nothing more will come, since the daemon does not allow it any longer (`DENIED`).
  default void ended(JpmException why) {}
}
