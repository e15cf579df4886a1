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

/// Handles one peer of the Vert.x bridge in the Netty pipeline, below Vert.x. Forwards only whole
/// frames that the Vert.x bridge can handle, and disconnects the peer if it sends anything else.
/// Also disconnects it when more than 8 MiB are pending, because the Vert.x bridge writes every
/// publication without checking whether the peer reads. Confined to the channel's event loop.
///
/// The limit is checked before each write and the size of one frame is not limited, so at most the
/// limit and one frame are pending.
final class PeerChannel extends ChannelDuplexHandler
    implements FrameScanner.Taker, UnfinishedFrames.Holder {
  /// Observes a peer.
  interface Watcher {
    /// More bytes were pending than a peer or all peers may have; the peer is already disconnected.
    void tooSlow(PeerChannel peer);

    /// The peer sent an invalid frame and receives an error frame; the connection is about to be
    /// closed.
    void malformed(PeerChannel peer, String reason);

    /// The Vert.x bridge begins to handle bytes of this peer.
    void reading(PeerChannel peer);

    /// The Vert.x bridge has handled the bytes.
    void readingDone();
  }

  /// The number of bytes that may be pending before another frame is refused.
  static final int MAX_PENDING_BYTES = 8 << 20;

  /// From this size on, a frame is followed by an empty buffer: the Vert.x bridge retains its last
  /// input until the next one arrives.
  private static final int RELEASE_INPUT_BYTES = 4 << 10;

  /// Long enough to send an error frame to a peer that reads, too short to keep one that does not.
  private static final long FAREWELL_MILLIS = 1000;

  /// State and services shared by all peers.
  ///
  /// @param longestFrame the longest frame that the owner may send, in bytes
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

  /// Returns the handler of this socket.
  static PeerChannel of(NetSocket socket) {
    return VertxSockets.context(socket).pipeline().get(PeerChannel.class);
  }

  /// Adds a handler between Vert.x and the socket, from which nothing has been read yet.
  static void watch(NetSocket socket, Shared shared) {
    ChannelHandlerContext vertxContext = VertxSockets.context(socket);
    var peer = new PeerChannel(socket, shared);
    vertxContext.pipeline().addBefore(vertxContext.name(), "stock-peer", peer);
    // Above its own limit, Vert.x would queue writes before they reach Netty, where they are
    // counted.
    socket.setWriteQueueMaxSize(Integer.MAX_VALUE);
  }

  /// Reports whether this is the peer's first frame, which may identify it. Must be called once for
  /// each frame.
  boolean isFirstFrame() {
    boolean first = !introduced;
    introduced = true;
    return first;
  }

  /// Sets the principal of the peer. Until then the peer is treated as the owner, since only the
  /// owner can open the unix socket.
  void setPrincipal(Principal principal) {
    who = principal;
  }

  /// Records that the peer is the guarded connection with this id.
  void setGuardedId(int id) {
    guardedId = id;
  }

  /// Returns the id of the guarded connection; null for a direct peer of the unix socket.
  @Nullable Integer guardedId() {
    return guardedId;
  }

  /// Returns the budget of pending bytes that all peers share.
  SendBudget sendBudget() {
    return sendBudget;
  }

  /// Returns the number of bytes that are waiting to be sent.
  long pendingBytes() {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    return pending == null ? 0 : pending.totalPendingWriteBytes();
  }

  /// Runs `then` once all bytes pending now have been handed to the kernel; never runs it if the
  /// peer disconnects first.
  void afterFlush(Runnable then) {
    context()
        .writeAndFlush(Unpooled.EMPTY_BUFFER)
        .addListener(sent -> {
          if (sent.isSuccess()) {
            then.run();
          }
        });
  }

  /// Returns the frame of a publication with its length prefix, in the format of the Vert.x bridge.
  static Buffer message(String address, JsonObject body) {
    return frame(
        new JsonObject()
            .put("type", "message")
            .put("address", address)
            .put("headers", new JsonObject())
            .put("body", body)
            .put("send", false));
  }

  /// Returns an error frame with its length prefix.
  ///
  /// @param address the address that the refused frame named
  static Buffer error(String address, String sentence) {
    return frame(
        new JsonObject().put("type", "err").put("address", address).put("message", sentence));
  }

  /// Returns the encoded frame with its length prefix.
  static Buffer frame(JsonObject frame) {
    Buffer json = frame.toBuffer();
    return Buffer.buffer(4 + json.length()).appendInt(json.length()).appendBuffer(json);
  }

  /// Sends a frame. The buffer may be shared with other peers.
  void send(Buffer frame) {
    socket.write(frame);
  }

  private ChannelHandlerContext context() {
    return VertxSockets.context(socket).pipeline().context(this);
  }

  /// Closes the connection immediately and discards pending bytes.
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
    if (bytes >= RELEASE_INPUT_BYTES) {
      ctx.fireChannelRead(Unpooled.EMPTY_BUFFER);
    }
  }

  /// Sends pending answers, then an error frame with the reason, and closes the connection. Further
  /// input is discarded, but still read for a second: otherwise the close could overtake the
  /// answers.
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
      sendBudget.reserve(this, bytes.readableBytes());
    }
    if (pendingBytes() <= MAX_PENDING_BYTES) {
      var _ = ctx.write(message, promise); // Reported by the promise.
      return;
    }
    ReferenceCountUtil.release(message);
    promise.tryFailure(new ClosedChannelException());
    cutOff();
  }

  /// Closes the connection immediately and reports the peer as too slow; has no effect after the
  /// first call.
  void cutOff() {
    if (!over) {
      abort();
      watcher.tooSlow(this);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    sendBudget.remove(this);
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
