package io.jpm.balancer.node;

import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.os.Connection;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.Entrance;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.ProcessHost;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.InetAddress;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Routes probe connections to the intended worker: a connection to the shared socket may reach any
/// of them. The prober connects to a port of the daemon on the loopback, and the worker is handed
/// that connection over its IPC channel, as client connections are in round robin.
///
/// Owned by [NodeBackend], on its context.
final class ProbeConnections {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// Startup, readiness and liveness at once, and one probe that timed out.
  private static final int MOST_UNANSWERED = 4;

  /// The prober connects at once, but the machine may be busy.
  private static final long PATIENCE_MILLIS = 30_000;

  private final Vertx vertx;
  private final Context context;
  private final ProcessHost host;
  private final NodePorts ports;

  ProbeConnections(Vertx vertx, ProcessHost host, NodePorts ports) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.host = host;
    this.ports = ports;
  }

  /// Returns the route to `worker`. If it is not known yet where a worker of an earlier daemon
  /// listens, this completes when it is.
  Future<Route> reach(NodeWorker worker, BalancerCommand.Reach question) {
    List<InetAddress> addresses = question.addresses();
    int port = question.port();
    return ports
        .reaching(worker, addresses, port)
        .map(key -> route(worker, key))
        .orElseGet(() ->
            worker
                .known()
                .compose(_ ->
                    ports
                        .reaching(worker, addresses, port)
                        .map(key -> route(worker, key))
                        .orElseGet(() -> Future.succeededFuture(elsewhere(addresses, port)))));
  }

  /// A port that no worker shares may be the worker's own.
  private Route elsewhere(List<InetAddress> addresses, int port) {
    return ports.isShared(addresses, port)
        ? new Route.Nowhere(
            "it does not listen on "
                + AddressText.of(AddressText.literal(addresses.getFirst()), port))
        : new Route.Direct();
  }

  private Future<Route> route(NodeWorker worker, String key) {
    if (worker.process().isEmpty()) {
      return Future.succeededFuture(new Route.Nowhere("its process is gone"));
    }
    if (worker.mute()) {
      return Future.succeededFuture(new Route.Direct());
    }
    if (worker.checks().size() >= MOST_UNANSWERED) {
      return Future.succeededFuture(
          new Route.Nowhere("it has not accepted the connections of the last checks"));
    }
    var visit = new Visit(worker, key);
    return vertx
        .executeBlocking(visit::open, false)
        .map(Objects::requireNonNull)
        .<Route>map(visit::expected)
        .otherwise(fault -> new Route.Nowhere(String.valueOf(fault.getMessage())));
  }

  private ListenSockets sockets() throws ListenFailure {
    return host.listenSockets()
        .orElseThrow(
            () -> new ListenFailure("this system cannot pass connections to another process", 95));
  }

  /// Handles a worker's answer to a connection that was handed to it.
  static void answered(NodeWorker worker, long number) {
    Connection connection = worker.checks().remove(number);
    if (connection != null) {
      // The worker has its own descriptor; if it has refused the connection, this ends it.
      connection.close();
    }
  }

  void ended(NodeWorker worker) {
    worker.ends();
    List.copyOf(worker.checks().keySet()).forEach(number -> answered(worker, number));
  }

  /// A probe connection that is about to be made to a worker.
  private final class Visit {
    private final NodeWorker worker;
    private final String key;
    private @Nullable Entrance entrance;

    Visit(NodeWorker worker, String key) {
      this.worker = worker;
      this.key = key;
    }

    /// Opens a port for the connection. May block.
    Entrance open() throws ListenFailure {
      return sockets().entrance(connection -> context.runOnContext(_ -> arrived(connection)));
    }

    Route expected(Entrance opened) {
      entrance = opened;
      vertx.setTimer(PATIENCE_MILLIS, _ -> close());
      return new Route.Through(opened.address());
    }

    private void arrived(Connection connection) {
      close();
      if (worker.process().isEmpty() || worker.hasEnded()) {
        connection.close();
        return;
      }
      long number = ports.nextNumber();
      worker.checks().put(number, connection);
      boolean sent =
          host.post(
              worker.process().get(),
              NodeReply.connection(number, key),
              connection,
              taken -> {
                if (!taken) {
                  context.runOnContext(_ -> answered(worker, number));
                }
              });
      if (!sent) {
        answered(worker, number);
      }
    }

    private void close() {
      Entrance open = entrance;
      entrance = null;
      if (open != null) {
        vertx
            .executeBlocking(
                () -> {
                  open.close();
                  return true;
                },
                false)
            .onFailure(
                fault -> LOG.log(Level.ERROR, "the connection of a check cannot be closed", fault));
      }
    }
  }
}
