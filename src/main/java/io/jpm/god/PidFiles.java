package io.jpm.god;

import io.jpm.bus.OffLoop;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;

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
    OffLoop.call(vertx, () -> replace(file, pid + "\n"))
        .onFailure(error -> LOG.log(Level.WARNING, "pid file {0}: {1}", file, error.getMessage()));
  }

  /// A link in its place is not followed: who may change the folder must not say where to write.
  private static Path replace(Path file, String content) throws IOException {
    if (file.getParent() != null) {
      Files.createDirectories(file.getParent());
    }
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(next);
    Files.writeString(next, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
    return Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
  }

  void remove(Path file) {
    OffLoop.call(vertx, () -> Files.deleteIfExists(file))
        .onFailure(error -> LOG.log(Level.WARNING, "pid file {0}: {1}", file, error.getMessage()));
  }
}
