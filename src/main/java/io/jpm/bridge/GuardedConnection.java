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

/// A connection of one TCP peer: authenticates it by a token and then connects it to the unix
/// socket of the Vert.x bridge. Confined to the context of its TCP socket; the unix side is
/// connected from that context and shares its event loop.
final class GuardedConnection {
  /// State and services shared by all guarded connections.
  ///
  /// @param unixConnections opens connections to the Vert.x bridge
  /// @param refusals logs why peers are refused
  /// @param callers callers by connection id, until the Vert.x bridge reads them
  /// @param connecting authenticated connections that have no unix side yet. Includes those whose
  ///   peer has disconnected, because the frames it sent would still be executed
  /// @param refusalWhenFull returns why an authenticated principal cannot be served now; empty if
  ///   it can
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
    /// The token has not arrived yet; nothing is forwarded.
    ///
    /// @param deadline the timer of the authentication timeout
    record Unauthenticated(AuthFrameParser credential, long deadline) implements State {}

    /// The token is being verified. The TCP socket is paused, so nothing arrives.
    ///
    /// @param deadline the timer of the authentication timeout
    record Authenticating(long deadline) implements State {}

    /// The token is valid and the unix side is being connected. The TCP socket is still paused.
    ///
    /// @param principal the holder of the token
    record Connecting(Principal principal) implements State {}

    /// Bytes are forwarded in both directions.
    record Connected(Principal principal, NetSocket unix, FrameRelay outward, StallWatch stall)
        implements State {}

    /// The connection has ended; the TCP socket is closed or about to be closed.
    record Closed() implements State {}
  }

  // Long enough to send an error frame to a peer that reads, too short to keep one that does not.
  private static final long GRACEFUL_CLOSE_MILLIS = 1000;

  private static final String TOKEN_ENDED = "its token holds no longer";

  /// bin/jpm does not read longer frames.
  private static final int MAX_OUTWARD_BYTES = 16 << 20;

  // Small, because a thousand peers may not read.
  private static final int WRITE_QUEUE_BYTES = 32 << 10;

  private final int id;
  private final NetSocket tcp;
  private final String peer;
  private final GuardedConnectionContext context;
  private final boolean isLocal;
  private boolean isOwners;
  private State state;

  /// The digest of the secret that the peer presented; empty before that, and for the owner's
  /// token.
  private Optional<String> digest = Optional.empty();

  /// @param ownersToken empty: only issued tokens are accepted
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
    tcp.exceptionHandler(_ -> {}); // A reset, which the end handler sees too.
  }

  /// Reports whether the peer is not authenticated yet.
  boolean isUnauthenticated() {
    return state instanceof State.Unauthenticated || state instanceof State.Authenticating;
  }

  /// Reports whether the connection came by the local TCP port rather than the TLS port.
  boolean isLocal() {
    return isLocal;
  }

  /// Records that, according to the kernel, a process of the owner opened the connection.
  void markAsOwners() {
    isOwners = true;
  }

  /// Reports whether, according to the kernel, a process of the owner opened the connection.
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

  /// Returns the authenticated principal; empty before authentication and after the end.
  Optional<Principal> principal() {
    return switch (state) {
      case State.Connecting(Principal who) -> Optional.of(who);
      case State.Connected joined -> Optional.of(joined.principal());
      case State.Unauthenticated _, State.Authenticating _, State.Closed _ -> Optional.empty();
    };
  }

  /// Closes an unauthenticated connection in favor of newer ones.
  void evict(String reason) {
    end();
    context.refusals().refused(peer, reason);
    VertxSockets.abort(tcp);
  }

  /// Ends the connection if it was authenticated by the token or secret that is no longer valid.
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

  /// Ends the connection with a log line and, if no frame is incomplete, an error frame. Does
  /// nothing before the connection is [State.Connected].
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
          prove(credential, deadline, chunk);
      case State.Connected joined -> inward(joined.unix(), chunk);
      case State.Authenticating _, State.Connecting _, State.Closed _ -> {}
    }
  }

  private void prove(AuthFrameParser credential, long deadline, Buffer chunk) {
    switch (credential.take(chunk)) {
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
        ask(question, rest);
      }
    }
  }

  /// Asks for the verification of the token. The timer continues to run, so a slow reply needs no
  /// timeout of its own.
  private void ask(AccessCommand.Authenticate question, Buffer rest) {
    context
        .vertx()
        .eventBus()
        .<AccessReply>request(Addresses.ACCESS_COMMAND, question)
        .onComplete(answer -> {
          if (state instanceof State.Authenticating(long deadline)) {
            context.vertx().cancelTimer(deadline);
            if (answer.failed()) {
              refuse("its token cannot be checked: " + answer.cause().getMessage());
            } else {
              answered(answer.result().body(), rest);
            }
          }
        });
  }

  private void answered(AccessReply reply, Buffer rest) {
    switch (reply) {
      case AccessReply.Authenticated(Principal who) -> admit(who, rest);
      case AccessReply.Refused(String why) -> refuse(why);
      case AccessReply.Created _, AccessReply.Revoked _, AccessReply.Tokens _ ->
          refuse("its token cannot be checked: unexpected answer");
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
    context.unixConnections().connect().onComplete(unix -> join(who, unix, rest));
  }

  private void join(Principal who, AsyncResult<NetSocket> connected, Buffer rest) {
    context.connecting().remove(this);
    if (state instanceof State.Closed) {
      if (connected.succeeded()) {
        connected.result().close();
      }
      return;
    }
    if (connected.failed()) {
      refuse("cannot be served: the bridge's unix socket does not answer");
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
    var outward = new FrameRelay(unix, tcp, maxOutwardBytes(), new Outward(stall));
    state = new State.Connected(who, unix, outward, stall);
    unix.drainHandler(_ -> tcp.resume());
    unix.handler(outward::pass);
    unix.endHandler(_ -> unixEnded());
    unix.exceptionHandler(_ -> {}); // A reset, which the end handler sees too.
    if (rest.length() > 0) {
      inward(unix, rest);
    }
    tcp.resume();
  }

  /// Forwards to the Vert.x bridge, where [FrameScanner] checks the frames.
  private void inward(NetSocket unix, Buffer chunk) {
    unix.write(chunk);
    if (unix.writeQueueFull()) {
      tcp.pause();
    }
  }

  /// Answers may be longer than the requests that the owner may send.
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
        // A connection closed without sending anything is usually a port check and is not logged.
        if (credential.begun()) {
          context
              .refusals()
              .warn(peer, "refused: it disconnected in the middle of its credential frame");
        }
      }
      case State.Connected(_, NetSocket unix, _, StallWatch stall) -> {
        stall.stop();
        state = new State.Closed();
        unix.close(); // First sends pending bytes of the peer.
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

  /// Closes the connection once the peer has received everything written, or after the grace
  /// period. Bytes that the peer still sends are read and discarded for a second: closing with
  /// unread bytes would reset the connection, and the peer could lose the last frames.
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

  /// Ends the unix side and all timers.
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
  private final class Outward implements FrameRelay.Watcher {
    private final StallWatch stall;

    Outward(StallWatch stall) {
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
      cutOff("a frame for it has %d bytes, 1 to %d allowed".formatted(length, maxOutwardBytes()));
    }
  }
}
