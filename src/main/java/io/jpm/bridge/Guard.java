package io.jpm.bridge;

import io.jpm.bus.RefusalLog;
import io.jpm.wire.Caller;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The TCP port: counts peers in and out and gives each a [GuardedConnection]. Owned by the
/// bridge's event loop.
final class Guard implements StockBridge.GuardedConnections {
  private final Vertx vertx;
  private final BridgeSettings settings;
  private final RefusalLog refusals;
  private final NetServer server;
  private final UnixSide unixSide;
  private final Map<Integer, GuardedConnection> connections = new HashMap<>();

  /// Who comes by connections that the stock bridge has not seen yet.
  private final Map<Integer, Caller> callers = new HashMap<>();

  private final Set<GuardedConnection> joining = new HashSet<>();
  private int lastId;

  Guard(Vertx vertx, BridgeSettings settings, RefusalLog refusals) {
    this.vertx = vertx;
    this.settings = settings;
    this.refusals = refusals;
    this.unixSide = new UnixSide(vertx, settings.socket());
    this.server = vertx.createNetServer(new NetServerOptions().setTcpKeepAlive(true));
    server.connectHandler(tcp -> accept(tcp, Optional.of(settings.token())));
  }

  /// The port it listens on; fails with a sentence when that one is taken.
  Future<Integer> listen() {
    return server
        .listen(settings.port(), settings.host())
        .map(NetServer::actualPort)
        .onSuccess(_ -> unixSide.prepare())
        .recover(failure ->
            Future.failedFuture(
                new IllegalStateException(
                    "bridge: cannot listen on "
                        + settings.host()
                        + ":"
                        + settings.port()
                        + " ("
                        + failure.getMessage()
                        + ") — free that port or set another, 0 for any",
                    failure)));
  }

  /// Ends the connection that has this id because the stock bridge cannot go on with it.
  @Override
  public void cutOff(int id, String reason) {
    GuardedConnection connection = connections.get(id);
    if (connection != null) {
      connection.cutOff(reason);
    }
  }

  @Override
  public Optional<Caller> takeCaller(int id) {
    return Optional.ofNullable(callers.remove(id));
  }

  /// Ends every connection of the holder of this token.
  void tokenEnded(String name) {
    List.copyOf(connections.values()).forEach(connection -> connection.tokenEnded(name));
    List.copyOf(joining).forEach(connection -> connection.tokenEnded(name));
    callers.values().removeIf(caller -> caller.who().name().equals(name));
  }

  /// Stops listening and closes every connection once its last bytes are sent.
  Future<Void> close() {
    return server.close().eventually(unixSide::close);
  }

  /// Closes every connection that has not gone by itself.
  void abortAll() {
    List.copyOf(connections.values()).forEach(GuardedConnection::abort);
  }

  /// @param ownersToken empty: at this door issued tokens alone count
  void accept(NetSocket tcp, Optional<String> ownersToken) {
    if (connections.size() >= settings.maxConnections()) {
      turnAway(tcp, "already " + settings.maxConnections() + " connections");
    } else if (unproven() >= settings.maxUnauthenticated()) {
      turnAway(tcp, "already " + settings.maxUnauthenticated() + " peers without a token");
    } else {
      int id = ++lastId;
      var around =
          new GuardedConnection.Surroundings(vertx, unixSide, settings, refusals, callers, joining);
      connections.put(id, new GuardedConnection(id, tcp, ownersToken, around));
      tcp.closeHandler(_ -> {
        connections.remove(id);
        unixSide.prepare();
      });
    }
  }

  /// How many are connected.
  int count() {
    return connections.size();
  }

  private long unproven() {
    return connections.values().stream().filter(GuardedConnection::unproven).count();
  }

  private void turnAway(NetSocket tcp, String reason) {
    refusals.refused(tcp.remoteAddress().toString(), reason);
    tcp.close();
  }
}
