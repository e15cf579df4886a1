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
/// Runs on one event loop. Memory that a peer may use at most:
///
/// - before it is authenticated: 1 KiB and one read (64 KiB);
/// - afterwards, inbound: the frame that the Vert.x bridge is receiving (`maxFrameBytes`) and about
///   1.5 MiB that Vert.x reads ahead;
/// - outbound: 8 MiB and one frame in front of the unix socket (`PeerChannel`, also for direct
///   peers of the unix socket; Netty's allocator may round that up to twice as much) and about 200
///   KiB in the guard. Of the 8 MiB, log lines use at most 1 MiB and one frame (`PeerLines`), and
///   events at most 128 KiB and 200 events (`EventSubscription`). Both limits are lower if there
///   are many subscriptions.
///
/// All peers together may have 24 MiB pending in front of the unix socket (`SendBudget`). Beyond
/// that, the peers that have not caught up for the longest time are disconnected.
///
/// A peer is disconnected if it reads none of its answers for `slowPeerTimeout`, or if more than
/// the above is pending for it. This includes a peer that reads, but persistently more slowly than
/// messages are published: publications cannot be slowed down. Lines and events are exceptions.
/// Lines are dropped and counted, and events are read from the history later. Streams that must be
/// complete use one request per piece, and therefore have backpressure.
public final class BridgeVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.bridge");

  // How long peers may take to read their last answers when the bridge stops.
  private static final long FAREWELL_MILLIS = 500;

  /// A client that has just started may take seconds for its first TLS handshake.
  private static final long HANDSHAKE_MILLIS = 10_000;

  private final BridgeSettings settings;
  private final LongSupplier nanos;
  private final PeerCredentials owners;
  private @Nullable Open open;
  private volatile int port;

  /// The components that are open while the verticle runs.
  private record Open(
      EventBusBridge stock,
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

  /// @param nanos a monotonic clock
  /// @param owners finds the local clients that belong to the owner
  public BridgeVerticle(BridgeSettings settings, LongSupplier nanos, PeerCredentials owners) {
    this.owners = owners;
    this.settings = settings;
    this.nanos = nanos;
  }

  /// Opens the unix socket, then the TLS port and the TCP port, then writes the port file. If a
  /// step fails, everything opened so far is closed again.
  @Override
  public Future<?> start() {
    if (!context.isEventLoopContext()) {
      return Future.failedFuture(
          new IllegalStateException("bridge: deploy it on an event loop, its state has one owner"));
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
                // The owner's token is a file of this machine and is not accepted from elsewhere.
                tcp -> connectionGuard.accept(tcp, Optional.empty())));
  }

  /// Removes the port file, closes all listeners and connections, and removes the unix socket.
  /// Pending answers are still sent, for up to half a second.
  @Override
  public Future<?> stop() {
    if (open == null) {
      return Future.succeededFuture();
    }
    Open closing = open;
    open = null;
    long abort = vertx.setTimer(FAREWELL_MILLIS, _ -> abortAll(closing));
    return closing
        .portFile()
        .remove()
        .eventually(() -> closing.stock().close())
        .eventually(closing::closeRemotely)
        .eventually(() -> closing.connectionGuard().close())
        .eventually(() -> {
          vertx.cancelTimer(abort);
          closing.refusals().flushCount();
          return Future.succeededFuture();
        });
  }

  private static void abortAll(Open closing) {
    closing.stock().abortAll();
    closing.connectionGuard().abortAll();
  }
}
