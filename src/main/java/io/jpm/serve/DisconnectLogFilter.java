package io.jpm.serve;

import java.io.IOException;
import java.util.logging.Logger;

/// Clients that go, or are cut off, while they are sent a file. That is no error of the server's,
/// but Vert.x logs it as one, with a stack trace and mostly without a word: each client could fill
/// the log with that.
public final class DisconnectLogFilter {
  /// Held, since java.util.logging forgets the filter of a logger nobody holds.
  private static final Logger VERTX = Logger.getLogger("io.vertx.core.net.impl.VertxConnection");

  private DisconnectLogFilter() {}

  /// From now on the log of this JVM has nothing of them.
  public static void keepOutOfLog() {
    VERTX.setFilter(line -> !(line.getThrown() instanceof IOException));
  }
}
