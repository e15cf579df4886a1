package io.jpm.bridge;

import io.jpm.bus.SmallFile;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where clients read the guard's port: one line with the number. Whoever sees the file sees a port
/// that is listened on.
final class PortFile {
  private static final Logger LOG = System.getLogger("jpm.bridge");

  private final Vertx vertx;
  private final Path path;
  private boolean written;

  PortFile(Vertx vertx, Path path) {
    this.vertx = vertx;
    this.path = path;
  }

  /// Never fails: where the disk is full, clients that find no port come by the socket, and whoever
  /// looks after the home writes the file when there is room.
  Future<Void> write(int port) {
    written = true;
    return vertx
        .executeBlocking(() -> {
          SmallFile.write(path, port + "\n");
          return true;
        })
        .onFailure(
            error -> LOG.log(Level.WARNING, "{0} cannot be written: {1}", path, error.toString()))
        .transform(_ -> Future.succeededFuture());
  }

  /// Does nothing when this bridge has not written it: it is another one's then.
  Future<Void> remove() {
    if (!written) {
      return Future.succeededFuture();
    }
    written = false;
    return vertx.executeBlocking(() -> Files.deleteIfExists(path)).mapEmpty();
  }
}
