package io.jpm.balancer.node;

import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.os.AcceptedConnection;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.SingleUseEndpoint;
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

/// Routes each probe connection to a particular worker, because a connection to the shared socket
/// may reach any worker. The prober connects to a loopback port of the daemon. The daemon hands
/// this connection to the worker over its IPC channel, as it does with client connections in round
/// robin.
///
/// Owned by [NodeBackend]; must be called on its context.
final class ProbeConnections {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  /// Upper bound on the unanswered probe connections of a worker: startup, readiness and liveness
  /// probes at the same time, and one probe that timed out.
  private static final int MOST_UNANSWERED = 4;

  /// How long to wait for the prober to connect. It connects immediately, but the machine may be
  /// busy.
  private static final long PATIENCE_MILLIS = 30_000;

  private final Vertx vertx;
  private final Context context;
  private final ProcessHost host;
  private final NodeListenerRegistry ports;

  ProbeConnections(Vertx vertx, ProcessHost host, NodeListenerRegistry ports) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.host = host;
    this.ports = ports;
  }

  /// Returns the route to `worker`. For a worker of an earlier daemon, the result completes as soon
  /// as the daemon has determined where the worker listens.
  Future<Route> reach(NodeWorker worker, BalancerCommand.ResolveRoute question) {
    List<InetAddress> addresses = question.addresses();
    int port = question.port();
    return ports
        .keyReaching(worker, addresses, port)
        .map(key -> route(worker, key))
        .orElseGet(() ->
            worker
                .whenKnown()
                .compose(_ ->
                    ports
                        .keyReaching(worker, addresses, port)
                        .map(key -> route(worker, key))
                        .orElseGet(() -> Future.succeededFuture(elsewhere(addresses, port)))));
  }

  /// Returns the route to an address at which the worker has no shared socket. If no worker shares
  /// the port, the worker may have opened the port itself.
  private Route elsewhere(List<InetAddress> addresses, int port) {
    return ports.isShared(addresses, port)
        ? new Route.Unreachable(
            "it does not listen on "
                + AddressText.of(AddressText.literal(addresses.getFirst()), port))
        : new Route.Direct();
  }

  private Future<Route> route(NodeWorker worker, String key) {
    if (worker.process().isEmpty()) {
      return Future.succeededFuture(new Route.Unreachable("its process has exited"));
    }
    if (worker.unreachable()) {
      return Future.succeededFuture(new Route.Direct());
    }
    if (worker.probeConnections().size() >= MOST_UNANSWERED) {
      return Future.succeededFuture(
          new Route.Unreachable("it has not accepted the connections of previous probes"));
    }
    var probeConnection = new ProbeConnection(worker, key);
    return vertx
        .executeBlocking(probeConnection::open, false)
        .map(Objects::requireNonNull)
        .<Route>map(probeConnection::expected)
        .otherwise(fault -> new Route.Unreachable(String.valueOf(fault.getMessage())));
  }

  private ListenSocketRegistry sockets() throws ListenException {
    return host.listenSockets()
        .orElseThrow(() ->
            new ListenException("this system cannot pass connections to another process", 95));
  }

  /// Closes the daemon's copy of a probe connection that the worker has answered.
  static void answered(NodeWorker worker, long number) {
    AcceptedConnection acceptedConnection = worker.probeConnections().remove(number);
    if (acceptedConnection != null) {
      // The worker has its own descriptor. If the worker has refused the connection, this closes
      // the connection.
      acceptedConnection.close();
    }
  }

  void ended(NodeWorker worker) {
    worker.markEnded();
    List.copyOf(worker.probeConnections().keySet()).forEach(number -> answered(worker, number));
  }

  /// A probe connection that is about to be made to a worker.
  private final class ProbeConnection {
    private final NodeWorker worker;
    private final String key;
    private @Nullable SingleUseEndpoint singleUseEndpoint;

    ProbeConnection(NodeWorker worker, String key) {
      this.worker = worker;
      this.key = key;
    }

    /// Opens a loopback port for the connection. May block.
    SingleUseEndpoint open() throws ListenException {
      return sockets()
          .listenOnce(acceptedConnection -> context.runOnContext(_ -> arrived(acceptedConnection)));
    }

    Route expected(SingleUseEndpoint opened) {
      singleUseEndpoint = opened;
      vertx.setTimer(PATIENCE_MILLIS, _ -> close());
      return new Route.Via(opened.address());
    }

    private void arrived(AcceptedConnection acceptedConnection) {
      close();
      if (worker.process().isEmpty() || worker.hasEnded()) {
        acceptedConnection.close();
        return;
      }
      long number = ports.nextNumber();
      worker.probeConnections().put(number, acceptedConnection);
      boolean sent =
          host.send(
              worker.process().get(),
              NodeReply.connection(number, key),
              acceptedConnection,
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
      SingleUseEndpoint open = singleUseEndpoint;
      singleUseEndpoint = null;
      if (open != null) {
        vertx
            .executeBlocking(
                () -> {
                  open.close();
                  return true;
                },
                false)
            .onFailure(fault -> LOG.log(Level.ERROR, "cannot close the port of a probe", fault));
      }
    }
  }
}
