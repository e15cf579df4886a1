package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.RefusalLog;
import io.jpm.bus.RightsCommand;
import io.jpm.bus.RightsReply;
import io.jpm.model.Principal;
import io.jpm.wire.Caller;
import io.vertx.core.AsyncResult;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// One TCP peer: asked for a token, then joined to the stock bridge's unix socket. Owned by the
/// context of its TCP socket; the unix side is connected from there and shares the event loop.
final class GuardedConnection {
  /// What a connection has in common with its neighbours.
  ///
  /// @param unixSide connects to the stock bridge
  /// @param refusals where it is told why a peer was turned away
  /// @param callers who the peers of connections are that the stock bridge is about to serve
  /// @param joining those that have shown a token and are not joined yet, also where the peer has
  ///   gone already: what it has sent would still be done
  record Surroundings(
      Vertx vertx,
      UnixSide unixSide,
      BridgeSettings settings,
      RefusalLog refusals,
      Map<Integer, Caller> callers,
      Set<GuardedConnection> joining) {}

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
    record Joined(Principal who, NetSocket unix, Flow inward, Flow outward, StallWatch stall)
        implements State {}

    /// Cut off or ended; the TCP socket is closed or about to be.
    record Over() implements State {}
  }

  // Long enough to send an error frame to a peer that reads, too short to keep one that does not.
  private static final long FAREWELL_MILLIS = 1000;

  private static final String TOKEN_ENDED = "its token holds no longer";

  // There may be a thousand peers that do not read.
  private static final int WRITE_QUEUE_BYTES = 32 << 10;

  private final int id;
  private final NetSocket tcp;
  private final String peer;
  private final Surroundings around;
  private State state;

  /// @param ownersToken empty: it takes issued tokens only
  GuardedConnection(int id, NetSocket tcp, Optional<String> ownersToken, Surroundings around) {
    this.id = id;
    this.tcp = tcp;
    this.peer = tcp.remoteAddress().toString();
    this.around = around;
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

  /// The token of this name holds no longer: ends the connection if it is its holder's.
  void tokenEnded(String name) {
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
      closeTcp(FAREWELL_MILLIS);
    }
  }

  /// Ends it at once, whatever is still to be sent.
  void abort() {
    over();
    Sockets.abort(tcp);
  }

  private void received(Buffer chunk) {
    switch (state) {
      case State.Unproven(var credential, long deadline) -> prove(credential, deadline, chunk);
      case State.Joined joined -> joined.inward().pass(chunk);
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
      case CredentialFrame.Outcome.Presented(RightsCommand.Prove question, Buffer rest) -> {
        tcp.pause();
        state = new State.Proving(deadline);
        ask(question, rest);
      }
    }
  }

  /// The deadline goes on meanwhile, so it is no matter how long Rights takes.
  private void ask(RightsCommand.Prove question, Buffer rest) {
    around
        .vertx()
        .eventBus()
        .<RightsReply>request(Addresses.RIGHTS_COMMAND, question)
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

  private void answered(RightsReply reply, Buffer rest) {
    switch (reply) {
      case RightsReply.Proved(Principal who) -> admit(who, rest);
      case RightsReply.Refused(String why) -> refuse(why);
      case RightsReply.Created _, RightsReply.Revoked _, RightsReply.Tokens _ ->
          refuse("an answer to another question");
    }
  }

  private void admit(Principal who, Buffer rest) {
    state = new State.Joining(who);
    around.joining().add(this);
    around.unixSide().connect().onComplete(unix -> join(who, unix, rest));
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
    Sockets.readLittle(unix);
    tcp.setWriteQueueMaxSize(WRITE_QUEUE_BYTES);
    around.callers().put(id, new Caller(who, peer));
    StockBridge.introduce(unix, id);
    relay(who, unix, rest);
  }

  private void relay(Principal who, NetSocket unix, Buffer rest) {
    int maxFrameBytes = around.settings().maxFrameBytes();
    var stall =
        new StallWatch(
            around.vertx(), around.settings().slowPeerTimeout(), () -> cutOff("too slow"));
    var inward = new Flow(tcp, unix, maxFrameBytes, new Inward());
    var outward = new Flow(unix, tcp, maxFrameBytes, new Outward(stall));
    state = new State.Joined(who, unix, inward, outward, stall);
    unix.handler(outward::pass);
    unix.endHandler(_ -> unixEnded());
    unix.exceptionHandler(_ -> {}); // A reset: the end follows.
    if (rest.length() > 0) {
      inward.pass(rest);
    }
    tcp.resume();
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
      case State.Joined(_, NetSocket unix, _, _, StallWatch stall) -> {
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
    if (state instanceof State.Joined(_, _, _, _, StallWatch stall)) {
      stall.stop();
      state = new State.Over();
      closeTcp(around.settings().slowPeerTimeout().toMillis());
    }
  }

  private void closeTcp(long graceMillis) {
    long abort = around.vertx().setTimer(graceMillis, _ -> Sockets.abort(tcp));
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
      case State.Joined(_, NetSocket unix, _, _, StallWatch stall) -> {
        stall.stop();
        Sockets.abort(unix);
      }
      case State.Joining _, State.Over _ -> {}
    }
  }

  private static Buffer errorFrame(String message) {
    Buffer json = new JsonObject().put("type", "err").put("message", message).toBuffer();
    return Buffer.buffer().appendInt(json.length()).appendBuffer(json);
  }

  private String tooLong(int length) {
    return "a frame of "
        + length
        + " bytes, 1 to "
        + around.settings().maxFrameBytes()
        + " allowed";
  }

  /// From the peer to the bridge, which always reads: a stall is short.
  private final class Inward implements Flow.Watcher {
    @Override
    public void stalled() {}

    @Override
    public void flowing() {}

    @Override
    public void broken(int length) {
      cutOff("it sent " + tooLong(length));
    }
  }

  /// From the bridge to the peer.
  private final class Outward implements Flow.Watcher {
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
      cutOff("it was to get " + tooLong(length));
    }
  }
}
