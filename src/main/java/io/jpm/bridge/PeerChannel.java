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

/// The Netty handler of one peer of the Vert.x bridge, placed below Vert.x in the pipeline.
/// Forwards only complete frames that the Vert.x bridge can process, and disconnects a peer that
/// sends anything else. Also disconnects a peer for which more than 8 MiB are pending, because the
/// Vert.x bridge writes every publication without checking whether the peer reads. Confined to the
/// channel's event loop.
///
/// The limit is checked before each write, and the size of a single frame is not limited. Therefore
/// at most the limit plus one frame is pending.
final class PeerChannel extends ChannelDuplexHandler
    implements FrameScanner.FrameHandler, UnfinishedFrames.Holder {
  /// Observes a peer.
  interface Watcher {
    /// More bytes were pending than are allowed for one peer or for all peers together. The peer
    /// has already been disconnected.
    void tooSlow(PeerChannel peer);

    /// The peer sent an invalid frame. It receives an error frame, and the connection is then
    /// closed.
    void malformed(PeerChannel peer, String reason);

    /// The Vert.x bridge is about to process bytes from this peer.
    void reading(PeerChannel peer);

    /// The Vert.x bridge has processed the bytes.
    void readingDone();
  }

  /// The maximum number of pending bytes; if there are more, the next frame is refused.
  static final int MAX_PENDING_BYTES = 8 << 20;

  /// Frames of at least this size are followed by an empty buffer, because the Vert.x bridge
  /// retains its last input until the next one arrives.
  private static final int RELEASE_INPUT_BYTES = 4 << 10;

  /// Long enough to send an error frame to a peer that reads, and short enough not to keep a peer
  /// that does not read.
  private static final long GRACEFUL_CLOSE_MILLIS = 1000;

  /// State and services shared by all peers.
  ///
  /// @param longestFrame the maximum length of a frame sent by the owner, in bytes
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
  private boolean firstFrameSeen;
  private boolean closed;

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

  /// Inserts a handler into the pipeline of a socket from which nothing has been read yet.
  static void watch(NetSocket socket, Shared shared) {
    ChannelHandlerContext vertxContext = VertxSockets.context(socket);
    var peer = new PeerChannel(socket, shared);
    vertxContext.pipeline().addBefore(vertxContext.name(), "stock-peer", peer);
    // Vert.x would otherwise queue writes above its own limit before they reach Netty, where they
    // are counted.
    socket.setWriteQueueMaxSize(Integer.MAX_VALUE);
  }

  /// Reports whether the current frame is the peer's first one, which may identify the peer. Must
  /// be called exactly once per frame.
  boolean isFirstFrame() {
    boolean first = !firstFrameSeen;
    firstFrameSeen = true;
    return first;
  }

  /// Sets the principal of the peer. Before that, the peer is treated as the owner, because only
  /// the owner can connect to the unix socket.
  void setPrincipal(Principal principal) {
    who = principal;
  }

  /// Records that the peer is the guarded connection with this id.
  void setGuardedId(int id) {
    guardedId = id;
  }

  /// Returns the id of the guarded connection; null if the peer is connected directly to the unix
  /// socket.
  @Nullable Integer guardedId() {
    return guardedId;
  }

  /// Returns the limit on pending bytes that all peers share.
  SendBudget sendBudget() {
    return sendBudget;
  }

  /// Returns the number of bytes that are waiting to be sent.
  long pendingBytes() {
    ChannelOutboundBuffer pending = channel.unsafe().outboundBuffer();
    return pending == null ? 0 : pending.totalPendingWriteBytes();
  }

  /// Runs `then` once all bytes that are pending now have been passed to the kernel. Never runs it
  /// if the peer disconnects first.
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
  /// @param address the address in the refused frame
  static Buffer error(String address, String sentence) {
    return frame(
        new JsonObject().put("type", "err").put("address", address).put("message", sentence));
  }

  /// Encodes a frame and returns it with its length prefix.
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
    closed = true;
    VertxSockets.abort(socket);
  }

  @Override
  public Principal who() {
    return who;
  }

  @Override
  public void disconnect(String reason) {
    broken(reason);
  }

  @Override
  public FrameRules rules() {
    return FrameRules.of(who, longestFrame);
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  @Override
  public void onBufferAllocated(int bytes) {
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

  /// Sends the pending replies and an error frame with the reason, then closes the connection.
  /// Input is discarded but still read for one second, because the close could otherwise overtake
  /// the replies.
  @Override
  public void broken(String reason) {
    if (closed) {
      return;
    }
    watcher.malformed(this, reason);
    var error = new JsonObject().put("type", "err").put("message", reason);
    var _ = socket.write(frame(error)).onComplete(_ -> VertxSockets.shutdownOutput(socket));
    closed = true;
    scanner.close();
    var _ =
        channel
            .eventLoop()
            .schedule(
                () -> VertxSockets.abort(socket), GRACEFUL_CLOSE_MILLIS, TimeUnit.MILLISECONDS);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (closed) {
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

  /// Closes the connection immediately and reports the peer as too slow. Further calls have no
  /// effect.
  void cutOff() {
    if (!closed) {
      abort();
      watcher.tooSlow(this);
    }
  }

  @Override
  public void channelInactive(ChannelHandlerContext ctx) {
    sendBudget.remove(this);
    closed = true;
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
