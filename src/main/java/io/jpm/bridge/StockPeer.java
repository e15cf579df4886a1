package io.jpm.bridge;

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
import org.jspecify.annotations.Nullable;

/// One peer of the stock bridge, seen from below Vert.x: ends it when more than 8 MiB wait to be
/// sent, for the stock bridge writes whatever is published and never asks whether the peer reads.
/// Owned by the channel's event loop.
///
/// The limit is looked at before each write, so one frame may be of any size: what waits is at most
/// the limit and one frame.
final class StockPeer extends ChannelDuplexHandler {
  /// Who is told.
  interface Watcher {
    /// More waits than is kept for a peer; it is closed already.
    void tooSlow(StockPeer peer);

    /// The stock bridge works on what this peer sent.
    void reading(StockPeer peer);

    /// It has worked through it.
    void readingDone();
  }

  /// How much may wait, in bytes, before another frame is refused.
  static final int MAX_PENDING_BYTES = 8 << 20;

  private final NetSocket socket;
  private final Channel channel;
  private final Watcher watcher;
  private final Backlog backlog;
  private @Nullable Integer guardedId;
  private boolean over;

  private StockPeer(NetSocket socket, Watcher watcher, Backlog backlog) {
    this.socket = socket;
    this.channel = Sockets.context(socket).channel();
    this.watcher = watcher;
    this.backlog = backlog;
  }

  /// Whether this socket has been seen before.
  static @Nullable StockPeer known(NetSocket socket) {
    return Sockets.context(socket).pipeline().get(StockPeer.class);
  }

  /// Puts itself between Vert.x and the socket.
  static StockPeer watch(NetSocket socket, Watcher watcher, Backlog backlog) {
    ChannelHandlerContext vertxContext = Sockets.context(socket);
    var peer = new StockPeer(socket, watcher, backlog);
    vertxContext.pipeline().addBefore(vertxContext.name(), "stock-peer", peer);
    // Vert.x would queue in front of Netty what is beyond its own mark, and uncounted.
    socket.setWriteQueueMaxSize(Integer.MAX_VALUE);
    return peer;
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
  Backlog backlog() {
    return backlog;
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
    return Sockets.context(socket).pipeline().context(this);
  }

  /// Closes at once and drops what waits.
  void abort() {
    over = true;
    Sockets.abort(socket);
  }

  @Override
  public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) {
    if (message instanceof ByteBuf bytes && channel.isActive()) {
      backlog.writes(this, bytes.readableBytes());
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
    backlog.gone(this);
    ctx.fireChannelInactive();
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    watcher.reading(this);
    ctx.fireChannelRead(message);
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext ctx) {
    ctx.fireChannelReadComplete();
    watcher.readingDone();
  }
}
