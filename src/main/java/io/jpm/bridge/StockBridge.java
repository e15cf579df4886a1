package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.Audited;
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
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Vert.x's own bridge on the unix socket, with the allow-list and with an end for peers that do
/// not read or that send what it cannot take. Owned by the bridge's event loop.
final class StockBridge implements StockPeer.Watcher {
  /// Who ends a connection that came through the guard.
  interface GuardedConnections {
    /// Ends the connection that has this id, for this reason.
    void cutOff(int id, String reason);

    /// Who comes by the connection that has this id, told once; empty when it was cut off
    /// meanwhile.
    Optional<Caller> takeCaller(int id);
  }

  /// What is known of a peer.
  ///
  /// @param caller who it is
  /// @param header the same, as every request of its bears it
  /// @param lines what it listens to of apps' lines
  /// @param subscribed the addresses that it has subscribed to, but for those
  private record Known(Caller caller, String header, PeerLines lines, Set<String> subscribed) {}

  private static final System.Logger LOG = System.getLogger("jpm.bridge");
  private static final String GUARDED_ID = "guarded";

  /// Whoever comes by the unix socket itself: the file system says who may.
  private static final Caller OWNER = new Caller(Principal.OWNER, "unix");

  private final Vertx vertx;
  private final Path path;
  private final TcpEventBusBridge bridge;
  private final RefusalLog refusals;
  private final GuardedConnections guarded;
  private final BridgeSettings settings;
  private final LineSubscriptions lines;
  private final UsageSubscriptions usage;

  /// Without those that are being cut off.
  private final Map<StockPeer, Known> peers = new HashMap<>();

  private @Nullable StockPeer reading;

  StockBridge(
      Vertx vertx, BridgeSettings settings, RefusalLog refusals, GuardedConnections guarded) {
    this.vertx = vertx;
    this.path = settings.socket();
    this.settings = settings;
    this.lines = new LineSubscriptions(vertx);
    this.usage = new UsageSubscriptions(vertx);
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

  /// The token of this name holds no longer: nothing more is done for its holder, also of what has
  /// come already.
  void tokenEnded(String name) {
    List<StockPeer> holders =
        peers.entrySet().stream()
            .filter(peer -> peer.getValue().caller().who().name().equals(name))
            .map(Map.Entry::getKey)
            .toList();
    holders.forEach(this::leave);
    holders.forEach(StockPeer::abort);
  }

  /// Called before the stock bridge acts on a frame, so before it can write anything to the peer.
  /// What is not completed is not done, and not answered.
  private void happened(BridgeEvent event) {
    StockPeer peer = StockPeer.known(event.socket());
    if (peer == null) {
      peer = StockPeer.watch(event.socket(), this);
      reading = peer;
      if (event.type() == BridgeEventType.SOCKET_PING
          && event.getRawMessage().getValue(GUARDED_ID) instanceof Integer id) {
        peer.isGuarded(id);
        Optional<Caller> caller = guarded.takeCaller(id);
        caller.ifPresentOrElse(newPeer(event.socket(), peer), peer::abort);
        return; // No pong.
      }
      newPeer(event.socket(), peer).accept(OWNER);
    }
    Known known = peers.get(peer);
    if (known == null) {
      return; // It is being cut off.
    }
    Optional<String> refusal = refusal(known, event);
    if (refusal.isPresent()) {
      refuse(peer, known, event, refusal.get());
      return;
    }
    nameCaller(known, event);
    noticeUsage(peer, event);
    if (!isOfLines(known, event) && !isRepeated(known, event)) {
      event.complete(true);
    }
  }

  /// Why this peer may not have what it asks for; of what nobody may have the stock bridge says so.
  private Optional<String> refusal(Known known, BridgeEvent event) {
    if (!(event.getRawMessage().getValue("address") instanceof String address)) {
      return Optional.empty();
    }
    Principal who = known.caller().who();
    return switch (event.type()) {
      case SEND, PUBLISH -> PeerRights.refusalToSend(who, address);
      case REGISTER ->
          settings.maySubscribe(address)
              ? PeerRights.refusalToSubscribe(who, address)
              : Optional.empty();
      case SOCKET_CREATED,
          SOCKET_CLOSED,
          SOCKET_IDLE,
          SOCKET_PING,
          SOCKET_ERROR,
          RECEIVE,
          REGISTERED,
          UNREGISTER ->
          Optional.empty();
    };
  }

  /// An error as the stock bridge's, and why.
  private void refuse(StockPeer peer, Known known, BridgeEvent event, String why) {
    JsonObject asked = event.getRawMessage();
    String address = String.valueOf(asked.getValue("address"));
    var frame = new JsonObject().put("type", "err").put("message", "access_denied");
    if (asked.getValue("replyAddress") instanceof String replyAddress) {
      frame.put("address", replyAddress);
    }
    peer.send(frame.put("sourceAddress", address).put("problem", why));
    String verb = event.type() == BridgeEventType.REGISTER ? "subscribe" : "send";
    vertx
        .eventBus()
        .send(
            Addresses.AUDIT,
            new Audited(
                known.caller().who(), known.caller().from(), verb, List.of(), "denied: " + why));
  }

  /// Whether it is a subscription that the peer has already. The stock bridge would make another
  /// consumer and forget the former, which would go on for ever, also without the peer.
  private boolean isRepeated(Known known, BridgeEvent event) {
    if (!(event.getRawMessage().getValue("address") instanceof String address)) {
      return false;
    }
    if (event.type() == BridgeEventType.UNREGISTER) {
      known.subscribed().remove(address);
    }
    return event.type() == BridgeEventType.REGISTER
        && settings.maySubscribe(address)
        && !known.subscribed().add(address);
  }

  /// Says of a request who it comes from, in place of whatever the client says about that: names of
  /// headers are the same in upper and lower case.
  private static void nameCaller(Known known, BridgeEvent event) {
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
    request.put("headers", headers.put(Caller.HEADER, known.header()));
  }

  /// Subscriptions to usage are the stock bridge's affair, but somebody has to measure.
  private void noticeUsage(StockPeer peer, BridgeEvent event) {
    boolean ofUsage =
        Addresses.USAGE.equals(event.getRawMessage().getValue("address"))
            && settings.maySubscribe(Addresses.USAGE);
    if (ofUsage && event.type() == BridgeEventType.REGISTER) {
      usage.add(peer);
    } else if (ofUsage && event.type() == BridgeEventType.UNREGISTER) {
      usage.remove(peer);
    }
  }

  /// Whether it is a subscription to lines, or the end of one. The stock bridge never learns of
  /// them: it would send a peer all lines, however many wait for it.
  private boolean isOfLines(Known known, BridgeEvent event) {
    PeerLines of = known.lines();
    if (!(event.getRawMessage().getValue("address") instanceof String address)) {
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

  /// Takes note of a peer when it is told who that is.
  private Consumer<Caller> newPeer(NetSocket socket, StockPeer peer) {
    socket.closeHandler(_ -> leave(peer));
    // The stock bridge would log a stack trace for every peer that is cut off.
    socket.exceptionHandler(_ -> {});
    return caller ->
        peers.put(
            peer,
            new Known(
                caller, caller.toHeader(), new PeerLines(vertx, peer, lines), new HashSet<>()));
  }

  private void leave(StockPeer peer) {
    Known known = peers.remove(peer);
    if (known != null) {
      known.lines().end();
      usage.remove(peer);
    }
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
