package io.jpm.client;

/// Something that a [JpmClient] follows, until it is closed.
public interface Subscription extends AutoCloseable {
  /// Ends it. A call of the follower that is under way goes on to its end, and no other follows.
  /// May be called by the follower itself, and more than once.
  @Override
  void close();
}
