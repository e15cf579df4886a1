package io.jpm.bridge;

import io.vertx.core.Vertx;
import java.lang.System.Logger.Level;

/// One warning per peer that was turned away, and no more than ten a second: who can make the
/// daemon write can fill its disk. Owned by the bridge's event loop.
final class RefusalLog {
  /// How many lines a second before they are only counted.
  static final int LINES_PER_SECOND = 10;

  private static final System.Logger LOG = System.getLogger("jpm.bridge");

  private final Vertx vertx;
  private int lines;
  private int more;

  RefusalLog(Vertx vertx) {
    this.vertx = vertx;
  }

  /// @param peer who
  /// @param what what became of it and why, in one clause
  void warn(String peer, String what) {
    if (lines == 0) {
      vertx.setTimer(1000, _ -> endOfSecond());
    }
    if (lines < LINES_PER_SECOND) {
      lines++;
      LOG.log(Level.WARNING, peer + " " + what);
    } else {
      more++;
    }
  }

  /// Tells of those that were only counted; also called when the bridge stops.
  void endOfSecond() {
    if (more > 0) {
      LOG.log(Level.WARNING, "… " + more + " more refused");
    }
    lines = 0;
    more = 0;
  }
}
