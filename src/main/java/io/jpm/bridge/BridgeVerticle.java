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

/// The bridge: the unix socket, the guarded TCP port in front of it and the file that tells the
/// port. Deployed once, by the daemon, as the last room: an open door means that jpm is ready.
///
/// Runs on one event loop. What a peer may cost at most, in memory:
///
/// - without the token: 1 KiB and one read (64 KiB);
/// - with it, going in: what the stock bridge gathers of one frame, so `maxFrameBytes`, and some
///   1.5 MiB that Vert.x reads ahead;
/// - going out: 8 MiB and one frame in front of the unix socket (`PeerChannel`, for peers of the
///   unix socket too; Netty's allocator may round that up to twice as much) and some 200 KiB in the
///   guard; of what apps print no more than 1 MiB and one frame of the former (`PeerLines`), of
///   events no more than 128 KiB and 200 events (`EventSubscription`), less of both when many
///   follow.
///
/// All peers together may have 24 MiB waiting in front of the unix socket (`SendBudget`); beyond
/// that those who have not read for longest are cut off.
///
/// A peer that takes none of its answers for `slowPeerTimeout`, or for which more than the above
/// waits, is cut off. So is one that reads, but more slowly than is published over a long time:
/// publications cannot be slowed down. Only apps' lines are left out, counted, instead, and events
/// wait in the history. Streams that must not lose anything go by reply to reply.
public final class BridgeVerticle extends VerticleBase {
  private static final Logger LOG = System.getLogger("jpm.bridge");

  // For peers that do not take their last answer when the bridge stops.
  private static final long FAREWELL_MILLIS = 500;

  /// A client that has only just begun may take seconds for its first handshake.
  private static final long HANDSHAKE_MILLIS = 10_000;

  private final BridgeSettings settings;
  private final LongSupplier nanos;
  private final PeerCredentials owners;
  private @Nullable Open open;
  private volatile int port;

  /// What is open while the verticle runs.
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

  /// @param settings what to listen on and whom to let in
  /// @param nanos a clock that never goes back
  /// @param owners asks the kernel which clients are the owner's
  public BridgeVerticle(BridgeSettings settings, LongSupplier nanos, PeerCredentials owners) {
    this.owners = owners;
    this.settings = settings;
    this.nanos = nanos;
  }

  /// Opens the unix socket, then the ports, then writes the port's file. When one of them fails,
  /// what is open is closed again.
  @Override
  public Future<?> start() {
    if (!context.isEventLoopContext()) {
      return Future.failedFuture(
          new IllegalStateException("bridge: deploy it on an event loop, its state has one owner"));
    }
    var refusals = new RefusalLog(vertx, LOG);
    var connectionGuard = new ConnectionGuard(vertx, settings, refusals, owners);
    var stock = new EventBusBridge(vertx, settings, nanos, refusals, connectionGuard);
    context.exceptionHandler(stock::failed);
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

  /// The TCP port that is listened on; 0: none yet.
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
                // The owner's token is a file of this machine: it counts nowhere else.
                tcp -> connectionGuard.accept(tcp, Optional.empty())));
  }

  /// Removes the port's file, closes the doors and every connection, and removes the unix socket.
  /// Last answers are still sent, for half a second.
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
          closing.refusals().endOfSecond();
          return Future.succeededFuture();
        });
  }

  private static void abortAll(Open closing) {
    closing.stock().abortAll();
    closing.connectionGuard().abortAll();
  }
}
