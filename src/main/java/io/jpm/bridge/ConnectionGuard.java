package io.jpm.bridge;

import io.jpm.bus.BlockingCalls;
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

/// Listens on the TCP port, limits the number of connections and creates a [GuardedConnection] for
/// each of them, including those accepted by the TLS listener. Confined to the bridge's event loop.
///
/// Unauthenticated peers cannot lock out the owner. Each of the two ports has a limit on
/// unauthenticated connections; when it is exceeded, the oldest are closed. On the local port, the
/// guard first determines from the kernel which connections belong to the owner, and limits those
/// separately. Of the authenticated connections, a single token can use one quarter, and one
/// sixteenth is reserved for the owner.
final class ConnectionGuard implements EventBusBridge.ConnectionRegistry {
  /// The fraction of the connections (1/4) that a single issued token can use.
  private static final int TOKEN_SHARE = 4;

  /// The fraction of the connections (1/16) that is reserved for the owner.
  private static final int OWNERS_SHARE = 16;

  /// The fraction of the connections (1/16) that a single remote address can use.
  private static final int ADDRESS_SHARE = 16;

  /// The factor by which the limit on unauthenticated connections is raised while the kernel lookup
  /// is in progress.
  private static final int PENDING_LOOKUP_FACTOR = 4;

  private final Vertx vertx;
  private final BridgeSettings settings;
  private final RefusalLog refusals;
  private final NetServer server;
  private final UnixConnections unixConnections;
  private final PeerCredentials owners;

  /// The connections by id, oldest first.
  private final Map<Integer, GuardedConnection> connections = new LinkedHashMap<>();

  /// The callers of the connections that [EventBusBridge] has not identified yet, by connection id.
  private final Map<Integer, RequestCaller> callers = new HashMap<>();

  private final Set<GuardedConnection> joining = new HashSet<>();
  private int lastId;
  private int port;
  private boolean lookupInProgress;

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

  /// Starts listening and returns the port. Fails with a message for the user if the port is in
  /// use.
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
                        + "): free that port or set another one (0 selects any free port)",
                    failure)));
  }

  /// Closes the connection with this id, because the Vert.x bridge can no longer serve it.
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

  /// Closes every connection that was authenticated with the revoked token. If `ended` contains a
  /// digest, closes only the connections that used the secret with that digest.
  void tokenEnded(TokenRevoked ended) {
    List.copyOf(connections.values()).forEach(connection -> connection.onTokenRevoked(ended));
    List.copyOf(joining).forEach(connection -> connection.onTokenRevoked(ended));
    if (ended.digest().isEmpty()) {
      callers.values().removeIf(requestCaller -> requestCaller.who().name().equals(ended.name()));
    }
  }

  /// Stops listening and closes each connection after its pending bytes have been sent.
  Future<Void> close() {
    return server.close().eventually(unixConnections::close);
  }

  /// Closes all remaining connections immediately.
  void abortAll() {
    List.copyOf(connections.values()).forEach(GuardedConnection::abort);
  }

  /// Admits a new connection unless its address already has too many.
  ///
  /// @param ownersToken the owner's token; empty if the connection was accepted on the TLS port,
  ///   where only issued tokens are valid
  void accept(NetSocket tcp, Optional<String> ownersToken) {
    boolean isLocal = ownersToken.isPresent();
    String address = String.valueOf(tcp.remoteAddress().hostAddress());
    if (!isLocal && count(it -> !it.isLocal() && it.address().equals(address)) >= perAddress()) {
      refuse(tcp, "already " + perAddress() + " connections from that address");
      return;
    }
    int id = ++lastId;
    var around =
        new GuardedConnection.GuardedConnectionContext(
            vertx, unixConnections, settings, refusals, callers, joining, this::refusalWhenFull);
    connections.put(id, new GuardedConnection(id, tcp, ownersToken, around));
    tcp.closeHandler(_ -> {
      connections.remove(id);
      unixConnections.prepare();
    });
    evictUnauthenticated(isLocal);
  }

  /// Closes the oldest unauthenticated connections above the limit. Otherwise, peers that connect
  /// without authenticating could keep new peers out.
  private void evictUnauthenticated(boolean isLocal) {
    int most = settings.maxUnauthenticated();
    long strangers =
        count(it -> it.isLocal() == isLocal && it.isUnauthenticated() && !it.isOwners());
    if (!isLocal || strangers > (long) most * PENDING_LOOKUP_FACTOR) {
      evict(isLocal, most);
    } else if (strangers > most && !lookupInProgress) {
      lookupInProgress = true;
      BlockingCalls.call(vertx, () -> owners.ownersPorts(port))
          .onComplete(ports -> {
            lookupInProgress = false;
            if (ports.succeeded()) {
              Set<Integer> known = ports.result();
              connections.values().stream()
                  .filter(
                      it -> it.isLocal() && it.isUnauthenticated() && known.contains(it.peerPort()))
                  .forEach(GuardedConnection::markAsOwners);
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
        connections.values().stream()
            .filter(GuardedConnection::isUnauthenticated)
            .filter(kind)
            .toList();
    unproven
        .subList(0, Math.max(0, unproven.size() - most))
        .forEach(it ->
            it.evict(
                "closed in favor of a newer connection: already "
                    + most
                    + " unauthenticated peers"));
  }

  /// Returns the reason why an authenticated peer cannot be served now; empty if it can.
  private Optional<String> refusalWhenFull(Principal who) {
    int most = settings.maxConnections();
    if (count(it -> it.principal().isPresent()) >= most) {
      return Optional.of("already " + most + " connections");
    }
    if (who.equals(Principal.OWNER)) {
      return Optional.empty();
    }
    int share = Math.max(1, most / TOKEN_SHARE);
    if (count(it -> it.principal().filter(who::equals).isPresent()) >= share) {
      return Optional.of("already %d connections with the token %s".formatted(share, who.name()));
    }
    int issued = most - most / OWNERS_SHARE;
    return count(it -> it.principal().filter(holder -> !holder.equals(Principal.OWNER)).isPresent())
            >= issued
        ? Optional.of("already " + issued + " connections with issued tokens")
        : Optional.empty();
  }

  private int perAddress() {
    return Math.max(1, settings.maxConnections() / ADDRESS_SHARE);
  }

  private long count(Predicate<GuardedConnection> kind) {
    return connections.values().stream().filter(kind).count();
  }

  /// Returns the number of connections.
  int count() {
    return connections.size();
  }

  private void refuse(NetSocket tcp, String reason) {
    refusals.refused(tcp.remoteAddress().toString(), reason);
    tcp.close();
  }
}
