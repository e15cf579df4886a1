package io.jpm.client;

/// A subscription of a [JpmClient]. It is active until it is closed.
public interface Subscription extends AutoCloseable {
  /// Ends the subscription. If the follower is being called, that call completes, and no further
  /// call is made. May be called more than once and by the follower itself.
  @Override
  void close();
}
