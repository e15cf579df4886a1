package io.jpm.client;

/// Receives the items of a subscription one at a time on a dedicated virtual thread, so the
/// follower may block and may use the client. The next item is read only after [#take] has
/// returned. A slow follower therefore makes the daemon send more slowly and uses no additional
/// memory in this process. If nothing is read for `bridge.slow_peer_timeout`, the daemon closes the
/// connection, and the client reconnects as after any other connection loss. Exceptions thrown by a
/// follower are logged and otherwise ignored.
///
/// @param <T> the type of the items
@FunctionalInterface
public interface Follower<T> {
  /// Receives the next item.
  void take(T next);

  /// Reports that the connection is lost. The client tries to reconnect until the subscription is
  /// closed. Called once per connection loss.
  default void interrupted(JpmException why) {}

  /// Reports that the connection has been restored.
  default void resumed() {}

  /// Reports that the subscription has ended because the daemon no longer permits it (`DENIED`).
  default void ended(JpmException why) {}
}
