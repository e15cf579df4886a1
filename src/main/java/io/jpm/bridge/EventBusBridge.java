package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AuditRecord;
import io.jpm.bus.access.RefusalLog;
import io.jpm.bus.access.RequestBuckets;
import io.jpm.model.access.Principal;
import io.jpm.wire.RequestCaller;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.bridge.BridgeEventType;
import io.vertx.ext.bridge.BridgeOptions;
import io.vertx.ext.bridge.PermittedOptions;
import io.vertx.ext.eventbus.bridge.tcp.BridgeEvent;
import io.vertx.ext.eventbus.bridge.tcp.TcpEventBusBridge;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Runs the Vert.x TCP event-bus bridge on the unix socket with an allow-list, authorizes frames,
/// and disconnects peers that do not read or that send malformed frames. Confined to the bridge's
/// event loop.
final class EventBusBridge implements PeerChannel.Watcher {
  /// Gives access to the connections of the TCP and TLS ports by id.
  interface ConnectionRegistry {
    /// Closes the connection with this id.
    void cutOff(int id, String reason);

    /// Removes and returns the caller of the connection with this id; empty if the connection has
    /// been closed in the meantime.
    Optional<RequestCaller> takeCaller(int id);
  }

  private static final System.Logger LOG = System.getLogger("jpm.bridge");
  private static final String GUARDED_ID = "guarded";

  /// The caller of every direct connection to the unix socket, because file permissions admit only
  /// the owner.
  private static final RequestCaller OWNER = new RequestCaller(Principal.OWNER, "unix");

  private final Vertx vertx;
  private final Path path;
  private final TcpEventBusBridge bridge;
  private final RefusalLog refusals;
  private final ConnectionRegistry guarded;
  private final BridgeSettings settings;
  private final LineSubscriptions lines;
  private final UsageSubscriptions usage;
  private final EventFeed events;
  private final PeerChannel.Shared shared;

  /// Identified peers, except those that are being disconnected.
  private final Map<PeerChannel, AuthorizedPeer> peers = new HashMap<>();

  private final RequestBuckets buckets;
  private @Nullable PeerChannel reading;

  /// @param nanos a monotonic clock
  EventBusBridge(
      Vertx vertx,
      BridgeSettings settings,
      LongSupplier nanos,
      RefusalLog refusals,
      ConnectionRegistry guarded) {
    this.vertx = vertx;
    this.buckets = new RequestBuckets(settings.limits().requestsPerSecond(), nanos);
    this.path = settings.socket();
    this.settings = settings;
    this.lines = new LineSubscriptions(vertx);
    this.usage = new UsageSubscriptions(vertx);
    this.events = new EventFeed(vertx);
    this.refusals = refusals;
    this.guarded = guarded;
    int longestFrame = settings.maxFrameBytes();
    this.shared =
        new PeerChannel.Shared(
            this, new SendBudget(), new UnfinishedFrames(longestFrame), longestFrame);
    this.bridge =
        TcpEventBusBridge.create(
            ObservedServers.of(vertx, this::connected),
            permissions(settings),
            null,
            this::onBridgeEvent);
  }

  private void connected(NetSocket socket) {
    PeerChannel.watch(socket, shared);
    // Without a handler, the Vert.x bridge would log a stack trace for every disconnected peer.
    socket.exceptionHandler(_ -> {});
  }

  /// Identifies a guarded connection to the bridge: sends the id of the connection in a ping frame,
  /// which [#onBridgeEvent] intercepts and does not answer.
  static void identify(NetSocket unix, int guardedId) {
    Buffer json = new JsonObject().put("type", "ping").put(GUARDED_ID, guardedId).toBuffer();
    unix.write(Buffer.buffer().appendInt(json.length()).appendBuffer(json));
  }

  Future<Void> listen() {
    return lines
        .start()
        .compose(_ -> events.start())
        .compose(_ -> vertx.executeBlocking(this::removeStale))
        .compose(_ -> bridge.listen(SocketAddress.domainSocketAddress(path.toString())))
        .compose(_ -> vertx.executeBlocking(this::ownersOnly))
        .<Void>mapEmpty()
        .recover(failure ->
            Future.failedFuture(
                new IllegalStateException(
                    "bridge: cannot listen on %s (%s)".formatted(path, failure.getMessage()),
                    failure)));
  }

  /// Stops listening, closes each connection after its pending bytes have been sent, and removes
  /// the socket.
  Future<Void> close() {
    lines.end();
    usage.end();
    return bridge.close().eventually(() -> vertx.executeBlocking(this::removeStale));
  }

  /// Closes all remaining connections immediately.
  void abortAll() {
    List.copyOf(peers.keySet()).forEach(PeerChannel::abort);
  }

  /// Handles an uncaught exception on the bridge's event loop. If the Vert.x bridge throws while it
  /// processes a frame, its parser resumes in the middle of that frame, so the connection must be
  /// closed.
  void handleException(Throwable failure) {
    PeerChannel peer = reading;
    if (peer == null) {
      LOG.log(Level.ERROR, "unexpected failure in the bridge", failure);
    } else {
      peer.abort();
      cutOff(peer, "it sent a malformed frame");
    }
  }

  @Override
  public void tooSlow(PeerChannel peer) {
    cutOff(peer, "too slow");
  }

  @Override
  public void malformed(PeerChannel peer, String reason) {
    AuthorizedPeer known = peers.get(peer);
    String name =
        known == null || peer.guardedId() == null
            ? "a peer on " + path
            : known.requestCaller().from();
    refusals.warn(name, "cut off: " + reason);
    leave(peer);
  }

  @Override
  public void reading(PeerChannel peer) {
    reading = peer;
  }

  @Override
  public void readingDone() {
    reading = null;
  }

  private void cutOff(PeerChannel peer, String reason) {
    Integer id = peer.guardedId();
    if (id == null) {
      refusals.warn("a peer on " + path, "cut off: " + reason);
    } else {
      guarded.cutOff(id, reason);
    }
  }

  /// Disconnects the peers that use a revoked token, and discards the frames that have already
  /// arrived from them.
  void tokenEnded(String name) {
    List<PeerChannel> holders =
        peers.entrySet().stream()
            .filter(peer -> peer.getValue().requestCaller().who().name().equals(name))
            .map(Map.Entry::getKey)
            .toList();
    holders.forEach(this::leave);
    holders.forEach(PeerChannel::abort);
  }

  /// Handles a frame before the Vert.x bridge processes it, and therefore before the bridge can
  /// write to the peer. If this method does not complete the event, the frame is neither executed
  /// nor answered.
  private void onBridgeEvent(BridgeEvent event) {
    PeerChannel peer = PeerChannel.of(event.socket());
    if (peer.isFirstFrame()) {
      if (event.type() == BridgeEventType.SOCKET_PING
          && event.getRawMessage().getValue(GUARDED_ID) instanceof Integer id) {
        peer.setGuardedId(id);
        Optional<RequestCaller> requestCaller = guarded.takeCaller(id);
        requestCaller.ifPresentOrElse(newPeer(event.socket(), peer), peer::abort);
        return; // This ping is not answered.
      }
      newPeer(event.socket(), peer).accept(OWNER);
    }
    AuthorizedPeer known = peers.get(peer);
    if (known == null) {
      return; // The peer is being disconnected.
    }
    Optional<BridgeRefusal> refusal = known.refusal(event);
    if (refusal.isPresent()) {
      refuse(peer, known, event, refusal.get());
      return;
    }
    known.setCallerHeader(event);
    trackUsageSubscription(peer, event);
    if (!known.handleLineSubscription(event)
        && !known.handleEventSubscription(event)
        && !known.isDuplicateSubscription(event)) {
      event.complete(true);
    }
  }

  /// Sends an error frame with the reason and writes an audit record.
  private void refuse(
      PeerChannel peer, AuthorizedPeer known, BridgeEvent event, BridgeRefusal bridgeRefusal) {
    JsonObject asked = event.getRawMessage();
    peer.send(PeerChannel.frame(bridgeRefusal.frame(asked)));
    if (bridgeRefusal.code() == BridgeRefusal.Code.ACCESS_DENIED && known.mayBeAudited(event)) {
      String verb = event.type() == BridgeEventType.REGISTER ? "subscribe" : "send";
      RequestCaller requestCaller = known.requestCaller();
      vertx
          .eventBus()
          .send(
              Addresses.AUDIT,
              new AuditRecord(
                  requestCaller.who(),
                  requestCaller.from(),
                  verb,
                  List.of(),
                  "denied: " + bridgeRefusal.reason()));
    }
  }

  /// Keeps track of usage subscriptions, because usage is measured only while there are
  /// subscribers. The Vert.x bridge delivers the messages.
  private void trackUsageSubscription(PeerChannel peer, BridgeEvent event) {
    boolean ofUsage =
        Addresses.USAGE.equals(event.getRawMessage().getValue("address"))
            && settings.maySubscribe(Addresses.USAGE);
    if (ofUsage && event.type() == BridgeEventType.REGISTER) {
      usage.add(peer);
    } else if (ofUsage && event.type() == BridgeEventType.UNREGISTER) {
      usage.remove(peer);
    }
  }

  /// Returns the number of peers that are connected directly to the unix socket.
  int directPeers() {
    return Math.toIntExact(
        peers.keySet().stream().filter(peer -> peer.guardedId() == null).count());
  }

  /// Returns an action that registers the peer as soon as its caller is known.
  private Consumer<RequestCaller> newPeer(NetSocket socket, PeerChannel peer) {
    socket.closeHandler(_ -> leave(peer));
    return requestCaller -> {
      peer.setPrincipal(requestCaller.who());
      peers.put(
          peer,
          new AuthorizedPeer(
              requestCaller,
              new AuthorizedPeer.Numbered(new PeerLines(peer, lines), new PeerEvents(peer, events)),
              buckets,
              settings));
    };
  }

  private void leave(PeerChannel peer) {
    AuthorizedPeer known = peers.remove(peer);
    if (known != null) {
      known.end();
      usage.remove(peer);
    }
  }

  private @Nullable Object removeStale() throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      var attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isOther()) {
        throw new IOException("a file with that name exists and is not a socket: move it away");
      }
      Files.delete(path);
    }
    return null;
  }

  /// Restricts the permissions of the socket to its owner. Until then, only the permissions of the
  /// directory keep other users out.
  private @Nullable Object ownersOnly() throws IOException {
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-------"));
    return null;
  }

  private static BridgeOptions permissions(BridgeSettings settings) {
    var options = new BridgeOptions();
    permitted(settings.inboundAddresses(), settings.inboundRegexes())
        .forEach(options::addInboundPermitted);
    permitted(settings.outboundAddresses(), settings.outboundRegexes())
        .forEach(options::addOutboundPermitted);
    return options;
  }

  private static Stream<PermittedOptions> permitted(List<String> addresses, List<String> regexes) {
    return Stream.concat(
        addresses.stream().map(address -> new PermittedOptions().setAddress(address)),
        regexes.stream()
            .map(regex -> new PermittedOptions().setAddressRegex("\\A(?:" + regex + ")\\z")));
  }
}
