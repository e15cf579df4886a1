package io.jpm.balancer.mode;

/// The messages that jpm sends to worker processes over the IPC channel, in any language. The app
/// does not see them.
public final class WorkerMessages {
  /// Accept no more connections and finish the open ones.
  public static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// Accept client connections.
  public static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// Accept no client connections until [#ACCEPT].
  public static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// Report where the servers listen.
  public static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  private WorkerMessages() {}
}
