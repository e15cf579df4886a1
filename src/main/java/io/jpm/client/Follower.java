package io.jpm.client;

/// Receives the items of a subscription one after another on a virtual thread of its own, so it may
/// block and may use the client. Nothing more is read until it returns: a slow follower slows down
/// the daemon's sending and uses no memory here. If it reads nothing for
/// `bridge.slow_peer_timeout`, the daemon closes the connection, and the client reconnects as after
/// any other loss. Exceptions that it throws are logged and have no other effect.
///
/// @param <T> the type of the items
@FunctionalInterface
public interface Follower<T> {
  /// Receives the next item.
  void take(T next);

  /// The connection is lost. The client tries to reconnect until the subscription is closed. Called
  /// once per loss.
  default void interrupted(JpmException why) {}

  /// The connection is established again.
  default void resumed() {}

  /// The subscription has ended because the daemon no longer permits it (`DENIED`).
  default void ended(JpmException why) {}
}
