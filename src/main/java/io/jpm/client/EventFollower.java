package io.jpm.client;

/// Takes events, each once and in the order of their numbers, also when the connection or the
/// daemon was gone in between.
@FunctionalInterface
public interface EventFollower extends Follower<Event> {
  /// Some events will not come. Told before the next one.
  default void missed(GapReason gapReason) {}
}
