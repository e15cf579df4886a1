package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.RefusalLog;
import io.jpm.bus.access.TokenRevoked;
import io.jpm.bus.daemon.BridgeCommand;
import io.jpm.bus.daemon.BridgeReply;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.lang.System.Logger;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The bridge: opens the unix socket, the guarded TCP port in front of it and the optional TLS
/// port, and writes the port file. The daemon deploys it once, after all other components, so an
/// open port means that jpm is ready.
///
/// Runs on one event loop. The memory used per peer is limited:
///
/// - before authentication: 1 KiB and one read (64 KiB);
/// - after authentication, inbound: the frame that the Vert.x bridge is receiving (`maxFrameBytes`)
///   and about 1.5 MiB that Vert.x reads ahead;
/// - after authentication, outbound: 8 MiB and one frame in front of the unix socket
///   (`PeerChannel`, also for direct peers of the unix socket; Netty's allocator may round that up
///   to twice as much) and about 200 KiB in the guard. Of the 8 MiB, log lines use at most 1 MiB
///   and one frame (`PeerLines`), and events at most 128 KiB and 200 events (`EventSubscription`).
///   Both limits are lower if there are many subscriptions.
///
/// All peers together can have 24 MiB pending in front of the unix socket (`SendBudget`). Above
/// that limit, the peers that have had bytes pending for the longest time are disconnected.
///
/// A peer is disconnected if it reads none of its replies for `slowPeerTimeout`, or if more bytes
/// are pending for it than these limits allow. That can happen even to a peer that reads, if
/// messages are persistently published faster than it reads them, because publishing cannot be
/// slowed down. Log lines and events are exceptions: lines are dropped and counted, and events are
/// read from the history later. A stream that must be complete uses one request per chunk and
/// therefore has backpressure.
public final class BridgeVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.bridge");

  // The time that peers have to read their last replies when the bridge stops.
  private static final long GRACEFUL_CLOSE_MILLIS = 500;

  /// The timeout of a TLS handshake. A client that has just started may need seconds to complete
  /// its first handshake.
  private static final long HANDSHAKE_MILLIS = 10_000;

  private final BridgeSettings settings;
  private final LongSupplier nanos;
  private final PeerCredentials owners;
  private @Nullable Open open;
  private volatile int port;

  /// The components that are open while the verticle runs.
  private record Open(
      EventBusBridge eventBusBridge,
      ConnectionGuard connectionGuard,
      Optional<TlsListener> remote,
      PortFile portFile,
      RefusalLog refusals) {
    Future<Void> listenRemotely() {
      return remote.map(TlsListener::listen).orElse(Future.succeededFuture());
    }

    Future<Void> closeRemotely() {
      return remote.map(TlsListener::close).orElse(Future.succeededFuture());
    }
  }

  /// Creates the verticle.
  ///
  /// @param nanos a monotonic clock
  /// @param owners determines which local clients belong to the owner
  public BridgeVerticle(BridgeSettings settings, LongSupplier nanos, PeerCredentials owners) {
    this.owners = owners;
    this.settings = settings;
    this.nanos = nanos;
  }

  /// Opens the unix socket, then the TLS port and the TCP port, and finally writes the port file.
  /// If a step fails, everything opened before is closed again.
  @Override
  public Future<?> start() {
    if (!context.isEventLoopContext()) {
      return Future.failedFuture(
          new IllegalStateException("bridge: must be deployed on an event loop"));
    }
    var refusals = new RefusalLog(vertx, LOG);
    var connectionGuard = new ConnectionGuard(vertx, settings, refusals, owners);
    var stock = new EventBusBridge(vertx, settings, nanos, refusals, connectionGuard);
    context.exceptionHandler(stock::handleException);
    var portFile = new PortFile(vertx, settings.portFile());
    var opening =
        new Open(stock, connectionGuard, remote(connectionGuard, refusals), portFile, refusals);
    open = opening;
    return vertx
        .eventBus()
        .<TokenRevoked>consumer(
            Addresses.TOKEN_REVOKED,
            ended -> {
              TokenRevoked what = ended.body();
              if (what.digest().isEmpty()) {
                stock.tokenEnded(what.name());
              }
              connectionGuard.tokenEnded(what);
            })
        .completion()
        .compose(_ ->
            vertx
                .eventBus()
                .<BridgeCommand>consumer(
                    Addresses.BRIDGE_COMMAND,
                    asked ->
                        asked.reply(new BridgeReply(stock.directPeers(), connectionGuard.count())))
                .completion())
        .compose(_ -> stock.listen())
        .compose(_ -> opening.listenRemotely())
        .compose(_ -> connectionGuard.listen())
        .compose(bound -> {
          port = bound;
          return portFile.write(bound);
        })
        .recover(failure -> stop().transform(_ -> Future.failedFuture(failure)));
  }

  /// Returns the TCP port; 0 if it is not open yet.
  public int port() {
    return port;
  }

  private Optional<TlsListener> remote(ConnectionGuard connectionGuard, RefusalLog refusals) {
    return settings
        .remote()
        .map(remote ->
            new TlsListener(
                vertx,
                remote,
                HANDSHAKE_MILLIS,
                refusals,
                // The owner's token is a file on this machine and is not accepted from other
                // machines.
                tcp -> connectionGuard.accept(tcp, Optional.empty())));
  }

  /// Removes the port file, closes all listeners and connections, and removes the unix socket.
  /// Continues to send pending replies for up to half a second.
  @Override
  public Future<?> stop() {
    if (open == null) {
      return Future.succeededFuture();
    }
    Open closing = open;
    open = null;
    long abort = vertx.setTimer(GRACEFUL_CLOSE_MILLIS, _ -> abortAll(closing));
    return closing
        .portFile()
        .remove()
        .eventually(() -> closing.eventBusBridge().close())
        .eventually(closing::closeRemotely)
        .eventually(() -> closing.connectionGuard().close())
        .eventually(() -> {
          vertx.cancelTimer(abort);
          closing.refusals().flushCount();
          return Future.succeededFuture();
        });
  }

  private static void abortAll(Open closing) {
    closing.eventBusBridge().abortAll();
    closing.connectionGuard().abortAll();
  }
}
