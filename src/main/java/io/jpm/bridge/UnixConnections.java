package io.jpm.bridge;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import java.nio.file.Path;
import java.util.Optional;

/// Connections to the stock bridge's unix socket. One is kept ready: to make it takes a good part
/// of the time of a short command. Owned by the bridge's event loop.
final class UnixConnections {
  private final NetClient client;
  private final SocketAddress address;
  private Optional<NetSocket> spare = Optional.empty();
  private boolean making;
  private boolean closed;

  /// @param socket the stock bridge's
  UnixConnections(Vertx vertx, Path socket) {
    this.client = vertx.createNetClient();
    this.address = SocketAddress.domainSocketAddress(socket.toString());
  }

  /// A connection of which nothing was used yet.
  Future<NetSocket> connect() {
    Optional<NetSocket> ready = spare;
    spare = Optional.empty();
    return ready.map(Future::succeededFuture).orElseGet(() -> client.connect(address));
  }

  /// Makes one in advance, where there is none. Does nothing where that fails: the next [#connect]
  /// will tell.
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
    socket.exceptionHandler(_ -> {}); // A reset: the end follows.
    socket.closeHandler(_ -> spare = spare.filter(it -> !it.equals(socket)));
  }

  /// Ends those that are still in use too.
  Future<Void> close() {
    closed = true;
    return client.close();
  }
}
