package io.jpm.client;

/// Receives events, each exactly once and in the order of their sequence numbers, even across lost
/// connections and restarts of the daemon.
@FunctionalInterface
public interface EventFollower extends Follower<Event> {
  /// Reports that some events will not be delivered. Called before the next event.
  default void missed(GapReason gapReason) {}
}
