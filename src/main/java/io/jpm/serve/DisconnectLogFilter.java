package io.jpm.serve;

import java.io.IOException;
import java.util.logging.Logger;

/// Suppresses the log entries for clients that disconnect, or are disconnected, during the transfer
/// of a file. A disconnect is not an error of the server, but Vert.x logs it as an error, with a
/// stack trace and usually without a message. Clients could therefore fill the log.
public final class DisconnectLogFilter {
  /// A strong reference, because java.util.logging drops the filter of a logger that is
  /// garbage-collected.
  private static final Logger VERTX = Logger.getLogger("io.vertx.core.net.impl.VertxConnection");

  private DisconnectLogFilter() {}

  /// Suppresses log entries about disconnected clients in this JVM from now on.
  public static void install() {
    VERTX.setFilter(line -> !(line.getThrown() instanceof IOException));
  }
}
