package io.jpm.bridge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/// Where clients read the guard's port: one line with the number. Whoever sees the file sees a port
/// that is listened on.
final class PortFile {
  private final Vertx vertx;
  private final Path path;
  private boolean written;

  PortFile(Vertx vertx, Path path) {
    this.vertx = vertx;
    this.path = path;
  }

  Future<Void> write(int port) {
    written = true;
    return vertx.executeBlocking(() -> replace(port)).mapEmpty();
  }

  /// Does nothing when this bridge has not written it: it is another one's then.
  Future<Void> remove() {
    if (!written) {
      return Future.succeededFuture();
    }
    written = false;
    return vertx.executeBlocking(() -> Files.deleteIfExists(path)).mapEmpty();
  }

  private @Nullable Object replace(int port) throws IOException {
    // Made with mode 0600, see Files.createTempFile.
    Path temporary =
        Files.createTempFile(path.toAbsolutePath().getParent(), path.getFileName() + ".", ".tmp");
    try {
      Files.writeString(temporary, port + "\n");
      Files.move(temporary, path, StandardCopyOption.ATOMIC_MOVE);
    } finally {
      Files.deleteIfExists(temporary);
    }
    return null;
  }
}
