package io.jpm.bridge;

import io.jpm.bus.Blocking;
import io.jpm.bus.access.RefusalLog;
import io.jpm.bus.access.TokenRevoked;
import io.jpm.model.access.Principal;
import io.jpm.wire.RequestCaller;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;

/// The TCP port: counts peers in and out and gives each a [GuardedConnection]. Owned by the
/// bridge's event loop.
///
/// Strangers cannot keep the owner out. Each door has so many places for those who have not shown a
/// token; when they are taken, the one that has been there longest goes. At the port of this
/// machine the kernel is asked first who is the owner's, and those stay. Of the places for the
/// others, one token gets a quarter, and a sixteenth is the owner's alone.
final class ConnectionGuard implements EventBusBridge.GuardedConnections {
  /// One token gets this part of the connections.
  private static final int TOKEN_SHARE = 4;

  /// This part of the connections is the owner's alone.
  private static final int OWNERS_SHARE = 16;

  /// One address elsewhere gets this part of the connections.
  private static final int ADDRESS_SHARE = 16;

  /// While the kernel is asked there may be so many times as many.
  private static final int LOOKING_FACTOR = 4;

  private final Vertx vertx;
  private final BridgeSettings settings;
  private final RefusalLog refusals;
  private final NetServer server;
  private final UnixConnections unixConnections;
  private final PeerCredentials owners;

  /// Those that came first come first.
  private final Map<Integer, GuardedConnection> connections = new LinkedHashMap<>();

  /// Who comes by connections that the stock bridge has not seen yet.
  private final Map<Integer, RequestCaller> callers = new HashMap<>();

  private final Set<GuardedConnection> joining = new HashSet<>();
  private int lastId;
  private int port;
  private boolean asking;

  ConnectionGuard(
      Vertx vertx, BridgeSettings settings, RefusalLog refusals, PeerCredentials owners) {
    this.owners = owners;
    this.vertx = vertx;
    this.settings = settings;
    this.refusals = refusals;
    this.unixConnections = new UnixConnections(vertx, settings.socket());
    this.server = vertx.createNetServer(new NetServerOptions().setTcpKeepAlive(true));
    server.connectHandler(tcp -> accept(tcp, Optional.of(settings.token())));
  }

  /// The port it listens on; fails with a sentence when that one is taken.
  Future<Integer> listen() {
    return server
        .listen(settings.port(), settings.host())
        .map(NetServer::actualPort)
        .onSuccess(bound -> {
          port = bound;
          unixConnections.prepare();
        })
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
  public Optional<RequestCaller> takeCaller(int id) {
    return Optional.ofNullable(callers.remove(id));
  }

  /// Ends every connection of the holder of this token, or of who came by this secret of it.
  void tokenEnded(TokenRevoked ended) {
    List.copyOf(connections.values()).forEach(connection -> connection.tokenEnded(ended));
    List.copyOf(joining).forEach(connection -> connection.tokenEnded(ended));
    if (ended.digest().isEmpty()) {
      callers.values().removeIf(requestCaller -> requestCaller.who().name().equals(ended.name()));
    }
  }

  /// Stops listening and closes every connection once its last bytes are sent.
  Future<Void> close() {
    return server.close().eventually(unixConnections::close);
  }

  /// Closes every connection that has not gone by itself.
  void abortAll() {
    List.copyOf(connections.values()).forEach(GuardedConnection::abort);
  }

  /// @param ownersToken empty: at this door, the one for services elsewhere, issued tokens alone
  ///   count
  void accept(NetSocket tcp, Optional<String> ownersToken) {
    boolean isLocal = ownersToken.isPresent();
    String address = String.valueOf(tcp.remoteAddress().hostAddress());
    if (!isLocal && count(it -> !it.isLocal() && it.address().equals(address)) >= perAddress()) {
      turnAway(tcp, "already " + perAddress() + " connections from that address");
      return;
    }
    int id = ++lastId;
    var around =
        new GuardedConnection.Surroundings(
            vertx, unixConnections, settings, refusals, callers, joining, this::full);
    connections.put(id, new GuardedConnection(id, tcp, ownersToken, around));
    tcp.closeHandler(_ -> {
      connections.remove(id);
      unixConnections.prepare();
    });
    makeRoom(isLocal);
  }

  /// Whoever came last is served, so that those who say nothing do not keep others out.
  private void makeRoom(boolean isLocal) {
    int most = settings.maxUnauthenticated();
    long strangers = count(it -> it.isLocal() == isLocal && it.unproven() && !it.isOwners());
    if (!isLocal || strangers > (long) most * LOOKING_FACTOR) {
      evict(isLocal, most);
    } else if (strangers > most && !asking) {
      asking = true;
      Blocking.call(vertx, () -> owners.ownersPorts(port))
          .onComplete(ports -> {
            asking = false;
            if (ports.succeeded()) {
              Set<Integer> known = ports.result();
              connections.values().stream()
                  .filter(it -> it.isLocal() && it.unproven() && known.contains(it.peerPort()))
                  .forEach(GuardedConnection::isFromOwner);
            }
            evict(true, most);
          });
    }
  }

  private void evict(boolean isLocal, int most) {
    evict(it -> it.isLocal() == isLocal && !it.isOwners(), most);
    evict(it -> it.isLocal() == isLocal && it.isOwners(), most);
  }

  private void evict(Predicate<GuardedConnection> kind, int most) {
    List<GuardedConnection> unproven =
        connections.values().stream().filter(GuardedConnection::unproven).filter(kind).toList();
    unproven
        .subList(0, Math.max(0, unproven.size() - most))
        .forEach(it -> it.evict("it made room: already " + most + " peers without a token"));
  }

  /// Why somebody whose token holds cannot be served now; empty: there is room.
  private Optional<String> full(Principal who) {
    int most = settings.maxConnections();
    if (count(it -> it.who().isPresent()) >= most) {
      return Optional.of("already " + most + " connections");
    }
    if (who.equals(Principal.OWNER)) {
      return Optional.empty();
    }
    int share = Math.max(1, most / TOKEN_SHARE);
    if (count(it -> it.who().filter(who::equals).isPresent()) >= share) {
      return Optional.of("already %d connections of the token %s".formatted(share, who.name()));
    }
    int issued = most - most / OWNERS_SHARE;
    return count(it -> it.who().filter(holder -> !holder.equals(Principal.OWNER)).isPresent())
            >= issued
        ? Optional.of("already " + issued + " connections of tokens")
        : Optional.empty();
  }

  private int perAddress() {
    return Math.max(1, settings.maxConnections() / ADDRESS_SHARE);
  }

  private long count(Predicate<GuardedConnection> kind) {
    return connections.values().stream().filter(kind).count();
  }

  /// How many are connected.
  int count() {
    return connections.size();
  }

  private void turnAway(NetSocket tcp, String reason) {
    refusals.refused(tcp.remoteAddress().toString(), reason);
    tcp.close();
  }
}
