package io.jpm.client;

import java.io.IOException;

/// Signals that a command over the bridge could not be completed; the subclass is the reason.
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

  /// The daemon closed the connection. Before any reply, this means that it did not accept the
  /// token or is shutting down.
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

  /// The received data does not follow the bridge's protocol.
  public static final class ProtocolViolation extends BridgeException {
    private static final long serialVersionUID = 1;

    ProtocolViolation(String what) {
      super("not an answer of jpm's daemon: " + what);
    }
  }
}
