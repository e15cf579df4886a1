package io.jpm.bridge;

import io.jpm.bus.HomeFileWriter;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/// The file from which clients read the TCP port: a single line that contains the number. It exists
/// only while the port is open.
final class PortFile {
  private static final Logger LOG = System.getLogger("jpm.bridge");

  private final Vertx vertx;
  private final Path path;
  private boolean written;

  PortFile(Vertx vertx, Path path) {
    this.vertx = vertx;
    this.path = path;
  }

  /// Writes the file. The returned future never fails. If the disk is full, clients find no port
  /// and use the unix socket. The daemon's `HomeWatchVerticle` writes the file when space is
  /// available again.
  Future<Void> write(int port) {
    written = true;
    return vertx
        .executeBlocking(() -> {
          HomeFileWriter.write(path, port + "\n");
          return true;
        })
        .onFailure(error -> LOG.log(Level.WARNING, "cannot write {0}: {1}", path, error.toString()))
        .transform(_ -> Future.succeededFuture());
  }

  /// Removes the file. Does nothing if this bridge has not written it, because the file then
  /// belongs to another daemon.
  Future<Void> remove() {
    if (!written) {
      return Future.succeededFuture();
    }
    written = false;
    return vertx.executeBlocking(() -> Files.deleteIfExists(path)).mapEmpty();
  }
}
