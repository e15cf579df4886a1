package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AccessCommand;
import io.jpm.bus.access.AccessReply;
import io.jpm.bus.access.RefusalLog;
import io.jpm.bus.access.TokenRevoked;
import io.jpm.model.access.Principal;
import io.jpm.wire.RequestCaller;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// A connection from one TCP peer: authenticates the peer with its token and then connects it to
/// the unix socket of the Vert.x bridge. Confined to the context of its TCP socket. The unix socket
/// is connected from the same context and shares its event loop.
final class GuardedConnection {
  /// State and services shared by all guarded connections.
  ///
  /// @param unixConnections opens connections to the Vert.x bridge
  /// @param refusals logs why peers are refused
  /// @param callers the callers by connection id, until [EventBusBridge] reads them
  /// @param connecting the authenticated connections whose unix socket is not connected yet.
  ///   Includes connections whose peer has already disconnected, because frames that the peer has
  ///   sent are still executed
  /// @param refusalWhenFull returns the reason why an authenticated principal cannot be served now;
  ///   empty if it can
  record GuardedConnectionContext(
      Vertx vertx,
      UnixConnections unixConnections,
      BridgeSettings settings,
      RefusalLog refusals,
      Map<Integer, RequestCaller> callers,
      Set<GuardedConnection> connecting,
      Function<Principal, Optional<String>> refusalWhenFull) {}

  /// The state of a connection.
  sealed interface State {
    /// The token has not arrived yet, and nothing is forwarded.
    ///
    /// @param deadline the timer for the authentication timeout
    record Unauthenticated(AuthFrameParser credential, long deadline) implements State {}

    /// The token is being verified. The TCP socket is paused, so nothing is received.
    ///
    /// @param deadline the timer for the authentication timeout
    record Authenticating(long deadline) implements State {}

    /// The token is valid, and the unix socket is being connected. The TCP socket is still paused.
    ///
    /// @param principal the holder of the token
    record Connecting(Principal principal) implements State {}

    /// Bytes are forwarded in both directions.
    record Connected(Principal principal, NetSocket unix, FrameRelay outward, StallWatch stall)
        implements State {}

    /// The connection has ended. The TCP socket is closed or will be closed shortly.
    record Closed() implements State {}
  }

  // Long enough to send an error frame to a peer that reads, and short enough not to keep a peer
  // that does not read.
  private static final long GRACEFUL_CLOSE_MILLIS = 1000;

  private static final String TOKEN_ENDED = "the token is no longer valid";

  /// The maximum length of a frame that the client `bin/jpm` reads, in bytes.
  private static final int MAX_OUTWARD_BYTES = 16 << 20;

  // Small, because there may be a thousand peers that do not read.
  private static final int WRITE_QUEUE_BYTES = 32 << 10;

  private final int id;
  private final NetSocket tcp;
  private final String peer;
  private final GuardedConnectionContext context;
  private final boolean isLocal;
  private boolean isOwners;
  private State state;

  /// The digest of the secret that the peer presented; empty before it presents one and for the
  /// owner's token.
  private Optional<String> digest = Optional.empty();

  /// @param ownersToken the owner's token; empty if only issued tokens are accepted
  GuardedConnection(
      int id, NetSocket tcp, Optional<String> ownersToken, GuardedConnectionContext around) {
    this.id = id;
    this.tcp = tcp;
    this.peer = tcp.remoteAddress().toString();
    this.context = around;
    this.isLocal = ownersToken.isPresent();
    long millis = around.settings().authTimeout().toMillis();
    this.state =
        new State.Unauthenticated(
            new AuthFrameParser(ownersToken),
            around.vertx().setTimer(millis, _ -> refuse("no token within " + millis + " ms")));
    tcp.handler(this::received);
    tcp.endHandler(_ -> tcpEnded());
    tcp.exceptionHandler(_ -> {}); // A reset, also reported to the end handler.
  }

  /// Reports whether the peer is not authenticated yet.
  boolean isUnauthenticated() {
    return state instanceof State.Unauthenticated || state instanceof State.Authenticating;
  }

  /// Reports whether the connection was accepted on the local TCP port rather than the TLS port.
  boolean isLocal() {
    return isLocal;
  }

  /// Records that, according to the kernel, the connection was opened by a process of the owner.
  void markAsOwners() {
    isOwners = true;
  }

  /// Reports whether, according to the kernel, the connection was opened by a process of the owner.
  boolean isOwners() {
    return isOwners;
  }

  /// Returns the peer's address.
  String address() {
    return String.valueOf(tcp.remoteAddress().hostAddress());
  }

  /// Returns the peer's port.
  int peerPort() {
    return tcp.remoteAddress().port();
  }

  /// Returns the authenticated principal; empty before authentication and after the connection has
  /// ended.
  Optional<Principal> principal() {
    return switch (state) {
      case State.Connecting(Principal who) -> Optional.of(who);
      case State.Connected joined -> Optional.of(joined.principal());
      case State.Unauthenticated _, State.Authenticating _, State.Closed _ -> Optional.empty();
    };
  }

  /// Closes this unauthenticated connection in favor of a newer one.
  void evict(String reason) {
    end();
    context.refusals().refused(peer, reason);
    VertxSockets.abort(tcp);
  }

  /// Disconnects the peer if it was authenticated with the revoked token or secret.
  void onTokenRevoked(TokenRevoked ended) {
    if (ended.digest().isPresent() && !ended.digest().equals(digest)) {
      return;
    }
    String name = ended.name();
    switch (state) {
      case State.Connecting(Principal who) when who.name().equals(name) -> refuse(TOKEN_ENDED);
      case State.Connected joined when joined.principal().name().equals(name) ->
          cutOff(TOKEN_ENDED);
      case State.Unauthenticated _,
          State.Authenticating _,
          State.Connecting _,
          State.Connected _,
          State.Closed _ -> {}
    }
  }

  /// Disconnects the peer, logs the reason and, unless a frame is incomplete, sends an error frame
  /// first. Does nothing unless the state is [State.Connected].
  void cutOff(String reason) {
    if (state instanceof State.Connected joined) {
      context.refusals().warn(peer, "cut off: " + reason);
      if (joined.outward().betweenFrames()) {
        tcp.write(errorFrame(reason));
      }
      end();
      closeGracefully(GRACEFUL_CLOSE_MILLIS);
    }
  }

  /// Closes the connection immediately and discards pending bytes.
  void abort() {
    end();
    VertxSockets.abort(tcp);
  }

  private void received(Buffer chunk) {
    switch (state) {
      case State.Unauthenticated(var credential, long deadline) ->
          authenticate(credential, deadline, chunk);
      case State.Connected joined -> forwardToBridge(joined.unix(), chunk);
      case State.Authenticating _, State.Connecting _, State.Closed _ -> {}
    }
  }

  private void authenticate(AuthFrameParser credential, long deadline, Buffer chunk) {
    switch (credential.parse(chunk)) {
      case AuthFrameParser.Outcome.Incomplete _ -> {}
      case AuthFrameParser.Outcome.Refused(String reason) -> refuse(reason);
      case AuthFrameParser.Outcome.Accepted(Buffer rest) -> {
        context.vertx().cancelTimer(deadline);
        tcp.pause();
        admit(Principal.OWNER, rest);
      }
      case AuthFrameParser.Outcome.Presented(AccessCommand.Authenticate question, Buffer rest) -> {
        tcp.pause();
        digest = Optional.of(question.digest());
        state = new State.Authenticating(deadline);
        requestVerification(question, rest);
      }
    }
  }

  /// Requests the verification of the token. The authentication timer keeps running, so the request
  /// needs no timeout of its own.
  private void requestVerification(AccessCommand.Authenticate question, Buffer rest) {
    context
        .vertx()
        .eventBus()
        .<AccessReply>request(Addresses.ACCESS_COMMAND, question)
        .onComplete(answer -> {
          if (state instanceof State.Authenticating(long deadline)) {
            context.vertx().cancelTimer(deadline);
            if (answer.failed()) {
              refuse("its token could not be verified: " + answer.cause().getMessage());
            } else {
              onVerificationReply(answer.result().body(), rest);
            }
          }
        });
  }

  private void onVerificationReply(AccessReply reply, Buffer rest) {
    switch (reply) {
      case AccessReply.Authenticated(Principal who) -> admit(who, rest);
      case AccessReply.Refused(String why) -> refuse(why);
      case AccessReply.Created _, AccessReply.Revoked _, AccessReply.Tokens _ ->
          refuse("its token could not be verified: unexpected reply");
    }
  }

  private void admit(Principal who, Buffer rest) {
    Optional<String> full = context.refusalWhenFull().apply(who);
    if (full.isPresent()) {
      refuse(full.get());
      return;
    }
    state = new State.Connecting(who);
    context.connecting().add(this);
    context.unixConnections().connect().onComplete(unix -> onUnixConnected(who, unix, rest));
  }

  private void onUnixConnected(Principal who, AsyncResult<NetSocket> connected, Buffer rest) {
    context.connecting().remove(this);
    if (state instanceof State.Closed) {
      if (connected.succeeded()) {
        connected.result().close();
      }
      return;
    }
    if (connected.failed()) {
      refuse("the bridge's unix socket does not answer");
      return;
    }
    NetSocket unix = connected.result();
    VertxSockets.limitReads(unix);
    tcp.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    context.callers().put(id, new RequestCaller(who, peer));
    EventBusBridge.identify(unix, id);
    relay(who, unix, rest);
  }

  private void relay(Principal who, NetSocket unix, Buffer rest) {
    var stall =
        new StallWatch(
            context.vertx(), context.settings().slowPeerTimeout(), () -> cutOff("too slow"));
    var outward = new FrameRelay(unix, tcp, maxOutwardBytes(), new OutboundWatcher(stall));
    state = new State.Connected(who, unix, outward, stall);
    unix.drainHandler(_ -> tcp.resume());
    unix.handler(outward::forward);
    unix.endHandler(_ -> unixEnded());
    unix.exceptionHandler(_ -> {}); // A reset, also reported to the end handler.
    if (rest.length() > 0) {
      forwardToBridge(unix, rest);
    }
    tcp.resume();
  }

  /// Forwards bytes to the unix socket, where [FrameScanner] checks the frames.
  private void forwardToBridge(NetSocket unix, Buffer chunk) {
    unix.write(chunk);
    if (unix.writeQueueFull()) {
      tcp.pause();
    }
  }

  /// Returns the maximum length of a frame to the peer. Replies can be longer than the requests
  /// that the owner is allowed to send.
  private int maxOutwardBytes() {
    return Math.max(MAX_OUTWARD_BYTES, context.settings().maxFrameBytes());
  }

  private void refuse(String reason) {
    end();
    context.refusals().refused(peer, reason);
    closeTcp(GRACEFUL_CLOSE_MILLIS);
  }

  private void tcpEnded() {
    switch (state) {
      case State.Unauthenticated(var credential, _) -> {
        end();
        // A connection that is closed without sending anything usually comes from a port check and
        // is not logged.
        if (credential.begun()) {
          context.refusals().warn(peer, "refused: it disconnected in the middle of its auth frame");
        }
      }
      case State.Connected(_, NetSocket unix, _, StallWatch stall) -> {
        stall.stop();
        state = new State.Closed();
        unix.close(); // Sends the pending bytes of the peer first.
      }
      case State.Authenticating(long deadline) -> {
        context.vertx().cancelTimer(deadline);
        state = new State.Closed();
      }
      case State.Connecting _ -> state = new State.Closed();
      case State.Closed _ -> {}
    }
  }

  private void unixEnded() {
    if (state instanceof State.Connected(_, _, _, StallWatch stall)) {
      stall.stop();
      state = new State.Closed();
      closeGracefully(context.settings().slowPeerTimeout().toMillis());
    }
  }

  /// Closes the connection once the peer has received everything written to it, or when the grace
  /// period expires. Then reads and discards bytes from the peer for another second: closing a
  /// socket with unread bytes would reset the connection, and the peer could lose the last frames.
  private void closeGracefully(long graceMillis) {
    long abort = context.vertx().setTimer(graceMillis, _ -> VertxSockets.abort(tcp));
    tcp.resume();
    tcp.write(Buffer.buffer())
        .onComplete(_ -> {
          context.vertx().cancelTimer(abort);
          VertxSockets.shutdownOutput(tcp);
          context.vertx().setTimer(GRACEFUL_CLOSE_MILLIS, _ -> VertxSockets.abort(tcp));
        });
  }

  private void closeTcp(long graceMillis) {
    long abort = context.vertx().setTimer(graceMillis, _ -> VertxSockets.abort(tcp));
    tcp.close().onComplete(_ -> context.vertx().cancelTimer(abort));
  }

  /// Closes the unix socket and cancels all timers.
  private void end() {
    State last = state;
    state = new State.Closed();
    context.callers().remove(id);
    switch (last) {
      case State.Unauthenticated(_, long deadline) -> context.vertx().cancelTimer(deadline);
      case State.Authenticating(long deadline) -> context.vertx().cancelTimer(deadline);
      case State.Connected(_, NetSocket unix, _, StallWatch stall) -> {
        stall.stop();
        VertxSockets.abort(unix);
      }
      case State.Connecting _, State.Closed _ -> {}
    }
  }

  private static Buffer errorFrame(String message) {
    Buffer json = new JsonObject().put("type", "err").put("message", message).toBuffer();
    return Buffer.buffer().appendInt(json.length()).appendBuffer(json);
  }

  /// Observes the direction from the bridge to the peer.
  private final class OutboundWatcher implements FrameRelay.Watcher {
    private final StallWatch stall;

    OutboundWatcher(StallWatch stall) {
      this.stall = stall;
    }

    @Override
    public void stalled() {
      stall.start();
    }

    @Override
    public void flowing() {
      stall.stop();
    }

    @Override
    public void broken(int length) {
      cutOff(
          "a frame for it has %d bytes, but only 1 to %d are allowed"
              .formatted(length, maxOutwardBytes()));
    }
  }
}
