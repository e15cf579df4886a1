package io.jpm.balancer.mode;

/// The messages that jpm sends to worker processes over the IPC channel, whatever language they are
/// written in. The app does not receive these messages.
public final class WorkerMessages {
  /// Tells the process to accept no more connections and to finish the open ones.
  public static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// Tells the process to accept client connections.
  public static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// Tells the process to accept no client connections until [#ACCEPT].
  public static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// Tells the process to report where its servers listen.
  public static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  private WorkerMessages() {}
}
