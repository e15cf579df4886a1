package io.jpm.balancer.way;

/// What is said to processes over their channels, whatever the language: messages that their owner
/// does not get to see.
public final class WorkerOrders {
  /// Take no more connections, and finish those that there are.
  public static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  private WorkerOrders() {}
}
