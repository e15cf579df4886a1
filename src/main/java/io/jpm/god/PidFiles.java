package io.jpm.god;

import io.jpm.bus.OffLoop;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/// Writes pids where people and scripts look for them. jpm never reads them back: a file that
/// anyone can write must not steer whom a signal hits.
final class PidFiles {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;

  PidFiles(Vertx vertx) {
    this.vertx = vertx;
  }

  /// In the order of the calls, so that no removal overtakes a write.
  void write(Path file, int pid) {
    OffLoop.call(vertx, () -> Files.writeString(file, pid + "\n"))
        .onFailure(error -> LOG.log(Level.WARNING, "pid file {0}: {1}", file, error.getMessage()));
  }

  void remove(Path file) {
    OffLoop.call(vertx, () -> Files.deleteIfExists(file))
        .onFailure(error -> LOG.log(Level.WARNING, "pid file {0}: {1}", file, error.getMessage()));
  }
}
