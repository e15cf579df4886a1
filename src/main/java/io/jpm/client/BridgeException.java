package io.jpm.client;

import java.io.IOException;

/// A conversation with the daemon that could not be finished. The caller decides by the kind.
public sealed class BridgeException extends IOException {
  private static final long serialVersionUID = 1;

  private BridgeException(String message) {
    super(message);
  }

  /// Nothing listens on the port.
  public static final class NoDaemon extends BridgeException {
    private static final long serialVersionUID = 1;

    NoDaemon() {
      super("no daemon is running");
    }
  }

  /// The daemon hung up. Before any reply that means that it did not accept the token, or is
  /// ending.
  public static final class Closed extends BridgeException {
    private static final long serialVersionUID = 1;

    Closed() {
      super("the daemon closed the connection");
    }
  }

  /// The daemon did not say anything within the time limit.
  public static final class Silent extends BridgeException {
    private static final long serialVersionUID = 1;

    Silent() {
      super("the daemon does not answer");
    }
  }

  /// The daemon answered with an error frame.
  public static final class Refused extends BridgeException {
    private static final long serialVersionUID = 1;

    Refused(String reason) {
      super("the daemon refused the request: " + reason);
    }
  }

  /// What came is not the bridge's protocol.
  public static final class NotOurs extends BridgeException {
    private static final long serialVersionUID = 1;

    NotOurs(String what) {
      super("not an answer of jpm's daemon: " + what);
    }
  }
}
