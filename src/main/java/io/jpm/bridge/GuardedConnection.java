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

/// One TCP peer: asked for a token, then joined to the stock bridge's unix socket. Owned by the
/// context of its TCP socket; the unix side is connected from there and shares the event loop.
final class GuardedConnection {
  /// What a connection has in common with its neighbours.
  ///
  /// @param unixConnections connects to the stock bridge
  /// @param refusals where it is told why a peer was turned away
  /// @param callers who the peers of connections are that the stock bridge is about to serve
  /// @param joining those that have shown a token and are not joined yet, also where the peer has
  ///   gone already: what it has sent would still be done
  /// @param full why somebody whose token holds cannot be served now; empty: there is room
  record Surroundings(
      Vertx vertx,
      UnixConnections unixConnections,
      BridgeSettings settings,
      RefusalLog refusals,
      Map<Integer, RequestCaller> callers,
      Set<GuardedConnection> joining,
      Function<Principal, Optional<String>> full) {}

  /// Where a connection stands.
  sealed interface State {
    /// Nothing is passed on yet.
    ///
    /// @param deadline the timer that ends the wait
    record Unproven(CredentialFrame credential, long deadline) implements State {}

    /// Rights is asked whose the token is. The TCP socket is paused, so nothing arrives.
    ///
    /// @param deadline the timer that ends the wait
    record Proving(long deadline) implements State {}

    /// The token was right, the unix side is being connected. The TCP socket is paused still.
    ///
    /// @param who whose token it was
    record Joining(Principal who) implements State {}

    /// Bytes flow both ways.
    record Joined(Principal who, NetSocket unix, FrameRelay outward, StallWatch stall)
        implements State {}

    /// Cut off or ended; the TCP socket is closed or about to be.
    record Over() implements State {}
  }

  // Long enough to send an error frame to a peer that reads, too short to keep one that does not.
  private static final long FAREWELL_MILLIS = 1000;

  private static final String TOKEN_ENDED = "its token holds no longer";

  /// What clients take: bin/jpm reads no longer frame.
  private static final int MAX_OUTWARD_BYTES = 16 << 20;

  // There may be a thousand peers that do not read.
  private static final int WRITE_QUEUE_BYTES = 32 << 10;

  private final int id;
  private final NetSocket tcp;
  private final String peer;
  private final Surroundings around;
  private final boolean isLocal;
  private boolean isOwners;
  private State state;

  /// Of the secret by which it came; empty: none yet, or the owner's.
  private Optional<String> digest = Optional.empty();

  /// @param ownersToken empty: it takes issued tokens only
  GuardedConnection(int id, NetSocket tcp, Optional<String> ownersToken, Surroundings around) {
    this.id = id;
    this.tcp = tcp;
    this.peer = tcp.remoteAddress().toString();
    this.around = around;
    this.isLocal = ownersToken.isPresent();
    long millis = around.settings().authTimeout().toMillis();
    this.state =
        new State.Unproven(
            new CredentialFrame(ownersToken),
            around.vertx().setTimer(millis, _ -> refuse("no token within " + millis + " ms")));
    tcp.handler(this::received);
    tcp.endHandler(_ -> tcpEnded());
    tcp.exceptionHandler(_ -> {}); // A reset: the end follows.
  }

  /// Whether it counts as one that has not shown a token.
  boolean unproven() {
    return state instanceof State.Unproven || state instanceof State.Proving;
  }

  /// Whether it came by the port of this machine.
  boolean isLocal() {
    return isLocal;
  }

  /// The kernel says that the owner has made it.
  void isFromOwner() {
    isOwners = true;
  }

  /// Whether the kernel has said that the owner has made it.
  boolean isOwners() {
    return isOwners;
  }

  /// The address of the other end.
  String address() {
    return String.valueOf(tcp.remoteAddress().hostAddress());
  }

  /// The port of the other end.
  int peerPort() {
    return tcp.remoteAddress().port();
  }

  /// Who is served by it; empty: nobody yet, or nobody any more.
  Optional<Principal> who() {
    return switch (state) {
      case State.Joining(Principal who) -> Optional.of(who);
      case State.Joined joined -> Optional.of(joined.who());
      case State.Unproven _, State.Proving _, State.Over _ -> Optional.empty();
    };
  }

  /// Others want its place, which it has without a token.
  void evict(String reason) {
    over();
    around.refusals().refused(peer, reason);
    VertxSockets.abort(tcp);
  }

  /// A token, or a secret of it, holds no longer: ends the connection if it came by that.
  void tokenEnded(TokenRevoked ended) {
    if (ended.digest().isPresent() && !ended.digest().equals(digest)) {
      return;
    }
    String name = ended.name();
    switch (state) {
      case State.Joining(Principal who) when who.name().equals(name) -> refuse(TOKEN_ENDED);
      case State.Joined joined when joined.who().name().equals(name) -> cutOff(TOKEN_ENDED);
      case State.Unproven _, State.Proving _, State.Joining _, State.Joined _, State.Over _ -> {}
    }
  }

  /// Ends it with a line and, between two frames, an error frame. Does nothing before the token.
  void cutOff(String reason) {
    if (state instanceof State.Joined joined) {
      around.refusals().warn(peer, "cut off: " + reason);
      if (joined.outward().betweenFrames()) {
        tcp.write(errorFrame(reason));
      }
      over();
      farewell(FAREWELL_MILLIS);
    }
  }

  /// Ends it at once, whatever is still to be sent.
  void abort() {
    over();
    VertxSockets.abort(tcp);
  }

  private void received(Buffer chunk) {
    switch (state) {
      case State.Unproven(var credential, long deadline) -> prove(credential, deadline, chunk);
      case State.Joined joined -> inward(joined.unix(), chunk);
      case State.Proving _, State.Joining _, State.Over _ -> {}
    }
  }

  private void prove(CredentialFrame credential, long deadline, Buffer chunk) {
    switch (credential.take(chunk)) {
      case CredentialFrame.Outcome.Incomplete _ -> {}
      case CredentialFrame.Outcome.Refused(String reason) -> refuse(reason);
      case CredentialFrame.Outcome.Accepted(Buffer rest) -> {
        around.vertx().cancelTimer(deadline);
        tcp.pause();
        admit(Principal.OWNER, rest);
      }
      case CredentialFrame.Outcome.Presented(AccessCommand.Prove question, Buffer rest) -> {
        tcp.pause();
        digest = Optional.of(question.digest());
        state = new State.Proving(deadline);
        ask(question, rest);
      }
    }
  }

  /// The deadline goes on meanwhile, so it is no matter how long Rights takes.
  private void ask(AccessCommand.Prove question, Buffer rest) {
    around
        .vertx()
        .eventBus()
        .<AccessReply>request(Addresses.ACCESS_COMMAND, question)
        .onComplete(answer -> {
          if (state instanceof State.Proving(long deadline)) {
            around.vertx().cancelTimer(deadline);
            if (answer.failed()) {
              refuse("its token cannot be looked at: " + answer.cause().getMessage());
            } else {
              answered(answer.result().body(), rest);
            }
          }
        });
  }

  private void answered(AccessReply reply, Buffer rest) {
    switch (reply) {
      case AccessReply.Proved(Principal who) -> admit(who, rest);
      case AccessReply.Refused(String why) -> refuse(why);
      case AccessReply.Created _, AccessReply.Revoked _, AccessReply.Tokens _ ->
          refuse("an answer to another question");
    }
  }

  private void admit(Principal who, Buffer rest) {
    Optional<String> full = around.full().apply(who);
    if (full.isPresent()) {
      refuse(full.get());
      return;
    }
    state = new State.Joining(who);
    around.joining().add(this);
    around.unixConnections().connect().onComplete(unix -> join(who, unix, rest));
  }

  private void join(Principal who, AsyncResult<NetSocket> connected, Buffer rest) {
    around.joining().remove(this);
    if (state instanceof State.Over) {
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
    VertxSockets.readLittle(unix);
    tcp.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    around.callers().put(id, new RequestCaller(who, peer));
    EventBusBridge.introduce(unix, id);
    relay(who, unix, rest);
  }

  private void relay(Principal who, NetSocket unix, Buffer rest) {
    var stall =
        new StallWatch(
            around.vertx(), around.settings().slowPeerTimeout(), () -> cutOff("too slow"));
    var outward = new FrameRelay(unix, tcp, maxOutwardBytes(), new Outward(stall));
    state = new State.Joined(who, unix, outward, stall);
    unix.drainHandler(_ -> tcp.resume());
    unix.handler(outward::pass);
    unix.endHandler(_ -> unixEnded());
    unix.exceptionHandler(_ -> {}); // A reset: the end follows.
    if (rest.length() > 0) {
      inward(unix, rest);
    }
    tcp.resume();
  }

  /// To the stock bridge, in front of which frames are judged.
  private void inward(NetSocket unix, Buffer chunk) {
    unix.write(chunk);
    if (unix.writeQueueFull()) {
      tcp.pause();
    }
  }

  /// An answer may be longer than what the owner may ask.
  private int maxOutwardBytes() {
    return Math.max(MAX_OUTWARD_BYTES, around.settings().maxFrameBytes());
  }

  private void refuse(String reason) {
    over();
    around.refusals().refused(peer, reason);
    closeTcp(FAREWELL_MILLIS);
  }

  private void tcpEnded() {
    switch (state) {
      case State.Unproven(var credential, _) -> {
        over();
        // A bare connect and close is how one looks whether a port is open: not worth a line.
        if (credential.begun()) {
          around.refusals().warn(peer, "refused: it left in the middle of its credential");
        }
      }
      case State.Joined(_, NetSocket unix, _, StallWatch stall) -> {
        stall.stop();
        state = new State.Over();
        unix.close(); // Sends first what the peer had sent.
      }
      case State.Proving(long deadline) -> {
        around.vertx().cancelTimer(deadline);
        state = new State.Over();
      }
      case State.Joining _ -> state = new State.Over();
      case State.Over _ -> {}
    }
  }

  private void unixEnded() {
    if (state instanceof State.Joined(_, _, _, StallWatch stall)) {
      stall.stop();
      state = new State.Over();
      farewell(around.settings().slowPeerTimeout().toMillis());
    }
  }

  /// Closes once the peer has what was written, within the grace. What it still sends is read and
  /// dropped for a second: to close with something unread is a reset, which overtakes the last
  /// words.
  private void farewell(long graceMillis) {
    long abort = around.vertx().setTimer(graceMillis, _ -> VertxSockets.abort(tcp));
    tcp.resume();
    tcp.write(Buffer.buffer())
        .onComplete(_ -> {
          around.vertx().cancelTimer(abort);
          VertxSockets.shutdownOutput(tcp);
          around.vertx().setTimer(FAREWELL_MILLIS, _ -> VertxSockets.abort(tcp));
        });
  }

  private void closeTcp(long graceMillis) {
    long abort = around.vertx().setTimer(graceMillis, _ -> VertxSockets.abort(tcp));
    tcp.close().onComplete(_ -> around.vertx().cancelTimer(abort));
  }

  /// Drops the other side and all timers.
  private void over() {
    State last = state;
    state = new State.Over();
    around.callers().remove(id);
    switch (last) {
      case State.Unproven(_, long deadline) -> around.vertx().cancelTimer(deadline);
      case State.Proving(long deadline) -> around.vertx().cancelTimer(deadline);
      case State.Joined(_, NetSocket unix, _, StallWatch stall) -> {
        stall.stop();
        VertxSockets.abort(unix);
      }
      case State.Joining _, State.Over _ -> {}
    }
  }

  private static Buffer errorFrame(String message) {
    Buffer json = new JsonObject().put("type", "err").put("message", message).toBuffer();
    return Buffer.buffer().appendInt(json.length()).appendBuffer(json);
  }

  /// From the bridge to the peer.
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
      cutOff(
          "it was to get a frame of %d bytes, 1 to %d allowed"
              .formatted(length, maxOutwardBytes()));
    }
  }
}
