package io.jpm.balancer.mode;

/// What is said to processes over their channels, whatever the language: messages that their owner
/// does not get to see.
public final class WorkerMessages {
  /// Take no more connections, and finish those that there are.
  public static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// Take connections of clients.
  public static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// Take none until [#ACCEPT] is said.
  public static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// Say where you listen.
  public static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  private WorkerMessages() {}
}
