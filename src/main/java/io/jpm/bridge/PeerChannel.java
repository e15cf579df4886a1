package io.jpm.bridge;

import io.jpm.model.access.Principal;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.util.ReferenceCountUtil;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetSocket;
import java.nio.channels.ClosedChannelException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// One peer of the stock bridge, seen from below Vert.x. Passes on nothing but whole frames that
/// the stock bridge can act on, and ends the peer at others. Ends it too when more than 8 MiB wait
/// to be sent, for the stock bridge writes whatever is published and never asks whether the peer
/// reads. Owned by the channel's event loop.
///
/// The limit is looked at before each write, so one frame may be of any size: what waits is at most
/// the limit and one frame.
final class PeerChannel extends ChannelDuplexHandler
    implements FrameScanner.Taker, UnfinishedFrames.Holder {
  /// Who is told.
  interface Watcher {
    /// More waits than is kept for a peer; it is closed already.
    void tooSlow(PeerChannel peer);

    /// It sent what it may not; it is told so and closed already.
    void malformed(PeerChannel peer, String reason);

    /// The stock bridge works on what this peer sent.
    void reading(PeerChannel peer);

    /// It has worked through it.
    void readingDone();
  }

  /// How much may wait, in bytes, before another frame is refused.
  static final int MAX_PENDING_BYTES = 8 << 20;

  /// The stock bridge keeps the last thing that it was given until it is given another.
  private static final int WORTH_FORGETTING_BYTES = 4 << 10;

  /// Long enough to send an error frame to a peer that reads, too short to keep one that does not.
  private static final long FAREWELL_MILLIS = 1000;

  /// What all peers have in common.
  ///
  /// @param longestFrame the longest frame of the owner's, in bytes
  record Shared(
      Watcher watcher, SendBudget sendBudget, UnfinishedFrames unfinished, int longestFrame) {}

  private final NetSocket socket;
  private final Channel channel;
  private final Watcher watcher;
  private final SendBudget sendBudget;
  private final UnfinishedFrames unfinished;
  private final FrameScanner scanner = new FrameScanner(this);
  private final int longestFrame;
  private Principal who = Principal.OWNER;
  private @Nullable Integer guardedId;
  private boolean introduced;
  private boolean over;

  private PeerChannel(NetSocket socket, Shared shared) {
    this.socket = socket;
    this.channel = VertxSockets.context(socket).channel();
    this.watcher = shared.watcher();
    this.sendBudget = shared.sendBudget();
    this.unfinished = shared.unfinished();
    this.longestFrame = shared.longestFrame();
  }

  /// The one that watches this socket.
  static PeerChannel of(NetSocket socket) {
    return VertxSockets.context(socket).pipeline().get(PeerChannel.class);
  }

  /// Puts itself between Vert.x and the socket, from which nothing has been read yet.
  static void watch(NetSocket socket, Shared shared) {
    ChannelHandlerContext vertxContext = VertxSockets.context(socket);
    var peer = new PeerChannel(socket, shared);
    vertxContext.pipeline().addBefore(vertxContext.name(), "stock-peer", peer);
    // Vert.x would queue in front of Netty what is beyond its own mark, and uncounted.
    socket.setWriteQueueMaxSize(Integer.MAX_VALUE);
  }

  /// Whether this is its first frame, which may tell whose it is. Asked once for each frame.
  boolean isNew() {
    boolean first = !introduced;
    introduced = true;
    return first;
  }

  /// Whose frames it sends. Until that is told it counts as the owner's, for whoever can open the
  /// unix socket is.
  void belongsTo(Principal principal) {
    who = principal;
  }

  /// Remembers that this is the far end of a guarded connection.
  void isGuarded(int id) {
    guardedId = id;
  }

  /// The guarded connection at the other end; null when the peer came by the unix socket itself.
  @Nullable Integer guardedId() {
    return guardedId;
  }

  /// What waits for all peers together.
  SendBudget sendBudget() {
    return sendBudget;
  }

  /// How much waits to be sent, in bytes.
  long pendingBytes() {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    return pending == null ? 0 : pending.totalPendingWriteBytes();
  }

  /// Calls once all that waits now is in the kernel's hands; never, when the peer is gone before.
  void whenSent(Runnable then) {
    context()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(sent -> {
          if (sent.isSuccess()) {
            then.run();
          }
        });
  }

  /// The frame of a publication, with its length, as the stock bridge makes it.
  static Buffer message(String address, JsonObject body) {
    return frame(
        new JsonObject()
            .put("type", "message")
            .put("address", address)
            .put("headers", new JsonObject())
            .put("body", body)
            .put("send", false));
  }

  /// The frame that tells what is wrong with what was asked of this address, with its length.
  static Buffer error(String address, String sentence) {
    return frame(
        new JsonObject().put("type", "err").put("address", address).put("message", sentence));
  }

  /// A frame with its length.
  static Buffer frame(JsonObject frame) {
    Buffer json = frame.toBuffer();
    return Buffer.buffer(4 + json.length()).appendInt(json.length()).appendBuffer(json);
  }

  /// Sends a frame, which may be one that others are sent too.
  void send(Buffer frame) {
    socket.write(frame);
  }

  private ChannelHandlerContext context() {
    return VertxSockets.context(socket).pipeline().context(this);
  }

  /// Closes at once and drops what waits.
  void abort() {
    over = true;
    VertxSockets.abort(socket);
  }

  @Override
  public Principal who() {
    return who;
  }

  @Override
  public void giveUp(String reason) {
    broken(reason);
  }

  @Override
  public FrameRules rules() {
    return FrameRules.of(who, longestFrame);
  }

  @Override
  public boolean isOpen() {
    return !over;
  }

  @Override
  public void holds(int bytes) {
    if (bytes > 0) {
      unfinished.holds(this, bytes);
    } else {
      unfinished.released(this);
    }
  }

  @Override
  public void frame(ByteBuf frame) {
    int bytes = frame.readableBytes();
    ChannelHandlerContext ctx = context();
    ctx.fireChannelRead(frame);
    if (bytes >= WORTH_FORGETTING_BYTES) {
      ctx.fireChannelRead(Unpooled.EMPTY_BUFFER);
    }
  }

  /// Answers what has been asked before, tells the peer why, and closes. What else it sends is not
  /// looked at, but read for a second: else the close could overtake the answers.
  @Override
  public void broken(String reason) {
    if (over) {
      return;
    }
    watcher.malformed(this, reason);
    var error = new JsonObject().put("type", "err").put("message", reason);
    var _ = socket.write(frame(error)).onComplete(_ -> VertxSockets.shutdownOutput(socket));
    over = true;
    scanner.close();
    var _ =
        channel
            .eventLoop()
            .schedule(() -> VertxSockets.abort(socket), FAREWELL_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (over) {
      ReferenceCountUtil.release(message);
      promise.tryFailure(new ClosedChannelException());
      return;
    }
    if (message instanceof ByteBuf bytes && channel.isActive()) {
      sendBudget.writes(this, bytes.readableBytes());
    }
    if (pendingBytes() <= MAX_PENDING_BYTES) {
      var _ = ctx.write(message, promise); // Told by the promise.
      return;
    }
    ReferenceCountUtil.release(message);
    promise.tryFailure(new ClosedChannelException());
    cutOff();
  }

  /// Closes at once, and has the watcher tell why; once.
  void cutOff() {
    if (!over) {
      abort();
      watcher.tooSlow(this);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    sendBudget.gone(this);
    over = true;
    scanner.close();
    ctx.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (!(message instanceof ByteBuf chunk)) {
      ctx.fireChannelRead(message);
      return;
    }
    watcher.reading(this);
    try {
      scanner.take(chunk);
    } finally {
      chunk.release();
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    watcher.readingDone();
  }
}
