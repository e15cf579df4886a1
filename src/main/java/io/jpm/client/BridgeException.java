package io.jpm.client;

import java.io.IOException;

/// Signals that a command could not be completed over the bridge. The subclass indicates the
/// reason.
public sealed class BridgeException extends IOException {
  private static final long serialVersionUID = 1;

  private BridgeException(String message) {
    super(message);
  }

  /// No process listens on the port or socket.
  public static final class NoDaemon extends BridgeException {
    private static final long serialVersionUID = 1;

    NoDaemon() {
      super("no daemon is running");
    }
  }

  /// The daemon closed the connection. If this happens before the first reply, the daemon has
  /// rejected the token or is shutting down.
  public static final class Closed extends BridgeException {
    private static final long serialVersionUID = 1;

    Closed() {
      super("the daemon closed the connection");
    }
  }

  /// The daemon sent nothing within the timeout.
  public static final class TimedOut extends BridgeException {
    private static final long serialVersionUID = 1;

    TimedOut() {
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

  /// The received data does not conform to the bridge's protocol.
  public static final class ProtocolViolation extends BridgeException {
    private static final long serialVersionUID = 1;

    ProtocolViolation(String what) {
      super("not a reply from a jpm daemon: " + what);
    }
  }
}
