package io.jpm.bridge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/// Opens connections to the unix socket of the Vert.x bridge. Keeps one connection in reserve,
/// because connecting takes a considerable part of the duration of a short command. Confined to the
/// bridge's event loop.
final class UnixConnections {
  private final NetClient client;
  private final SocketAddress address;
  private Optional<NetSocket> spare = Optional.empty();
  private boolean making;
  private boolean closed;

  /// @param socket the path of the unix socket
  UnixConnections(Vertx vertx, Path socket) {
    this.client = vertx.createNetClient();
    this.address = SocketAddress.domainSocketAddress(socket.toString());
  }

  /// Returns an unused connection.
  Future<NetSocket> connect() {
    Optional<NetSocket> ready = spare;
    spare = Optional.empty();
    return ready.map(Future::succeededFuture).orElseGet(() -> client.connect(address));
  }

  /// Opens a reserve connection unless there is one already. Ignores failures, because the next
  /// [#connect] reports them.
  void prepare() {
    if (making || closed || spare.isPresent()) {
      return;
    }
    making = true;
    client
        .connect(address)
        .onComplete(connected -> {
          making = false;
          if (connected.succeeded()) {
            keep(connected.result());
          }
        });
  }

  private void keep(NetSocket socket) {
    if (closed) {
      socket.close();
      return;
    }
    spare = Optional.of(socket);
    socket.exceptionHandler(_ -> {}); // A reset, also reported to the close handler.
    socket.closeHandler(_ -> spare = spare.filter(it -> !it.equals(socket)));
  }

  /// Closes all connections, including those in use.
  Future<Void> close() {
    closed = true;
    return client.close();
  }
}
