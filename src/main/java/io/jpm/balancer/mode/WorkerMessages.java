package io.jpm.balancer.mode;

/// The messages that jpm sends to worker processes of any language over the IPC channel. The
/// preload script or agent in the worker handles them; the app does not receive them.
public final class WorkerMessages {
  /// Tells the process to accept no more connections and to finish the open ones.
  public static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  /// Tells the process to accept client connections.
  public static final String ACCEPT = "{\"cmd\":\"NODE_JPM\",\"act\":\"accept\"}";

  /// Tells the process to accept no client connections until it receives [#ACCEPT].
  public static final String PAUSE = "{\"cmd\":\"NODE_JPM\",\"act\":\"pause\"}";

  /// Tells the process to report where its servers listen.
  public static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  private WorkerMessages() {}
}
