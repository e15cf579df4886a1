package io.jpm.client;

/// Receives events, each once and in the order of their sequence numbers, even if the connection or
/// the daemon was lost in between.
@FunctionalInterface
public interface EventFollower extends Follower<Event> {
  /// Reports that some events will not be delivered. Called before the next event.
  default void missed(GapReason gapReason) {}
}
