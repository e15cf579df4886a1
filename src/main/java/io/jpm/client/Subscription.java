package io.jpm.client;

/// A subscription of a [JpmClient], which is active until it is closed.
public interface Subscription extends AutoCloseable {
  /// Ends the subscription. A call of the follower that is in progress completes, and no other
  /// follows. May be called by the follower itself, and more than once.
  @Override
  void close();
}
