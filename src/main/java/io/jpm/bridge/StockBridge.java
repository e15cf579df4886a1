package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.model.Principal;
import io.jpm.wire.Caller;
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
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Vert.x's own bridge on the unix socket, with the allow-list and with an end for peers that do
/// not read or that send what it cannot take. Owned by the bridge's event loop.
final class StockBridge implements StockPeer.Watcher {
  /// Who ends a connection that came through the guard.
  interface GuardedConnections {
    /// Ends the connection that has this id, for this reason.
    void cutOff(int id, String reason);

    /// The address that the peer of this connection comes from; empty when it has gone.
    Optional<String> addressOf(int id);
  }

  private static final System.Logger LOG = System.getLogger("jpm.bridge");
  private static final String GUARDED_ID = "guarded";

  /// Where from a peer of the unix socket comes, as [Caller#from].
  private static final String UNIX = "unix";

  private final Vertx vertx;
  private final Path path;
  private final TcpEventBusBridge bridge;
  private final RefusalLog refusals;
  private final GuardedConnections guarded;
  private final BridgeSettings settings;
  private final LineSubscriptions lines;
  private final UsageSubscriptions usage;
  private final EventFeed events;
  private final Backlog backlog = new Backlog();
  private final Map<StockPeer, PeerLines> peers = new HashMap<>();
  private final Map<StockPeer, PeerEvents> following = new HashMap<>();
  private final Map<StockPeer, Set<String>> subscribed = new HashMap<>();
  private @Nullable StockPeer reading;

  StockBridge(
      Vertx vertx, BridgeSettings settings, RefusalLog refusals, GuardedConnections guarded) {
    this.vertx = vertx;
    this.path = settings.socket();
    this.settings = settings;
    this.lines = new LineSubscriptions(vertx);
    this.usage = new UsageSubscriptions(vertx);
    this.events = new EventFeed(vertx);
    this.refusals = refusals;
    this.guarded = guarded;
    this.bridge = TcpEventBusBridge.create(vertx, permissions(settings), null, this::happened);
  }

  /// Tells the stock bridge's end of this socket whose it is: a ping that gets no answer, for it is
  /// caught in [#happened].
  static void introduce(NetSocket unix, int guardedId) {
    Buffer json = new JsonObject().put("type", "ping").put(GUARDED_ID, guardedId).toBuffer();
    unix.write(Buffer.buffer().appendInt(json.length()).appendBuffer(json));
  }

  Future<Void> listen() {
    return lines
        .begin()
        .compose(_ -> events.begin())
        .compose(_ -> vertx.executeBlocking(this::removeStale))
        .compose(_ -> bridge.listen(SocketAddress.domainSocketAddress(path.toString())))
        .compose(_ -> vertx.executeBlocking(this::ownersOnly))
        .<Void>mapEmpty()
        .recover(failure ->
            Future.failedFuture(
                new IllegalStateException(
                    "bridge: cannot listen on " + path + ": " + failure.getMessage(), failure)));
  }

  /// Stops listening, closes every connection once its last bytes are sent and removes the socket.
  Future<Void> close() {
    lines.end();
    usage.end();
    return bridge.close().eventually(() -> vertx.executeBlocking(this::removeStale));
  }

  /// Closes every connection that has not gone by itself.
  void abortAll() {
    List.copyOf(peers.keySet()).forEach(StockPeer::abort);
  }

  /// What nobody caught on the bridge's event loop. The stock bridge throws at a frame of an
  /// unknown type or shape and then takes the middle of it for a length: that connection is lost.
  void failed(Throwable failure) {
    StockPeer peer = reading;
    if (peer == null) {
      LOG.log(Level.ERROR, "the bridge failed", failure);
    } else {
      peer.abort();
      cutOff(peer, "it sent a malformed frame");
    }
  }

  @Override
  public void tooSlow(StockPeer peer) {
    cutOff(peer, "too slow");
  }

  @Override
  public void reading(StockPeer peer) {
    reading = peer;
  }

  @Override
  public void readingDone() {
    reading = null;
  }

  private void cutOff(StockPeer peer, String reason) {
    Integer id = peer.guardedId();
    if (id == null) {
      refusals.warn("a peer on " + path, "cut off: " + reason);
    } else {
      guarded.cutOff(id, reason);
    }
  }

  /// Called before the stock bridge acts on a frame, so before it can write anything to the peer.
  private void happened(BridgeEvent event) {
    StockPeer peer = StockPeer.known(event.socket());
    if (peer == null) {
      peer = newPeer(event.socket());
      reading = peer;
      if (event.type() == BridgeEventType.SOCKET_PING
          && event.getRawMessage().getValue(GUARDED_ID) instanceof Integer id) {
        peer.isGuarded(id);
        return; // Never completed: no pong.
      }
    }
    nameCaller(peer, event);
    noticeUsage(peer, event);
    if (!isOfLines(peer, event) && !isOfEvents(peer, event) && !isRepeated(peer, event)) {
      event.complete(true);
    }
  }

  /// Whether it is a subscription that the peer has already. The stock bridge would make another
  /// consumer and forget the former, which would go on for ever, also without the peer.
  private boolean isRepeated(StockPeer peer, BridgeEvent event) {
    Set<String> known = subscribed.get(peer);
    if (known == null || !(event.getRawMessage().getValue("address") instanceof String address)) {
      return false;
    }
    if (event.type() == BridgeEventType.UNREGISTER) {
      known.remove(address);
    }
    return event.type() == BridgeEventType.REGISTER
        && settings.maySubscribe(address)
        && !known.add(address);
  }

  /// Says of a request who it comes from, in place of whatever the client says about that: names of
  /// headers are the same in upper and lower case. Whoever gets this far has the home or its token.
  private void nameCaller(StockPeer peer, BridgeEvent event) {
    JsonObject request = event.getRawMessage();
    boolean isRequest =
        event.type() == BridgeEventType.SEND || event.type() == BridgeEventType.PUBLISH;
    Object sent = isRequest ? request.getValue("headers") : null;
    if (!isRequest || (sent != null && !(sent instanceof JsonObject))) {
      return; // At other headers than an object the stock bridge throws, and sends nothing.
    }
    var headers = new JsonObject();
    if (sent instanceof JsonObject all) {
      all.stream()
          .filter(header -> !header.getKey().equalsIgnoreCase(Caller.HEADER))
          .forEach(header -> headers.put(header.getKey(), header.getValue()));
    }
    Integer id = peer.guardedId();
    String from = id == null ? UNIX : guarded.addressOf(id).orElse("");
    request.put(
        "headers", headers.put(Caller.HEADER, new Caller(Principal.OWNER, from).toHeader()));
  }

  /// Subscriptions to usage are the stock bridge's affair, but somebody has to measure.
  private void noticeUsage(StockPeer peer, BridgeEvent event) {
    boolean ofUsage =
        peers.containsKey(peer)
            && Addresses.USAGE.equals(event.getRawMessage().getValue("address"))
            && settings.maySubscribe(Addresses.USAGE);
    if (ofUsage && event.type() == BridgeEventType.REGISTER) {
      usage.add(peer);
    } else if (ofUsage && event.type() == BridgeEventType.UNREGISTER) {
      usage.remove(peer);
    }
  }

  /// Whether it is a subscription to lines, or the end of one. The stock bridge never learns of
  /// them: it would send a peer all lines, however many wait for it.
  private boolean isOfLines(StockPeer peer, BridgeEvent event) {
    PeerLines of = peers.get(peer);
    if (of == null || !(event.getRawMessage().getValue("address") instanceof String address)) {
      return false;
    }
    if (event.type() == BridgeEventType.REGISTER) {
      Optional<String> app =
          Addresses.appOfLines(address).filter(_ -> settings.maySubscribe(address));
      app.ifPresent(of::subscribe);
      return app.isPresent();
    }
    return event.type() == BridgeEventType.UNREGISTER
        && Addresses.appOfLines(address).filter(of::unsubscribe).isPresent();
  }

  /// Whether it is a subscription to events, or the end of one: the stock bridge knows nothing of
  /// the past.
  private boolean isOfEvents(StockPeer peer, BridgeEvent event) {
    PeerEvents of = following.get(peer);
    JsonObject frame = event.getRawMessage();
    if (of == null
        || !(frame.getValue("address") instanceof String address)
        || !PeerEvents.isAddress(address)) {
      return false;
    }
    if (event.type() == BridgeEventType.REGISTER && settings.maySubscribe(address)) {
      of.subscribe(address, frame.getValue("headers"));
      return true;
    }
    return event.type() == BridgeEventType.UNREGISTER && of.unsubscribe(address);
  }

  private StockPeer newPeer(NetSocket socket) {
    StockPeer peer = StockPeer.watch(socket, this, backlog);
    PeerLines of = new PeerLines(peer, lines);
    peers.put(peer, of);
    subscribed.put(peer, new HashSet<>());
    PeerEvents ofEvents = new PeerEvents(peer, events);
    following.put(peer, ofEvents);
    socket.closeHandler(_ -> {
      peers.remove(peer);
      subscribed.remove(peer);
      of.end();
      following.remove(peer);
      ofEvents.end();
      usage.remove(peer);
    });
    // The stock bridge would log a stack trace for every peer that is cut off.
    socket.exceptionHandler(_ -> {});
    return peer;
  }

  private @Nullable Object removeStale() throws IOException {
    if (Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      var attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      if (!attributes.isOther()) {
        throw new IOException("there is a file of that name that is not a socket — move it away");
      }
      Files.delete(path);
    }
    return null;
  }

  /// Until here the directory alone keeps others out.
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
