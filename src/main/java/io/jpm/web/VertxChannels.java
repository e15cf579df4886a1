package io.jpm.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/// What Vert.x's public connection does not offer; the one place that reaches into its internals.
final class VertxChannels {
  private static final int READ_BYTES = 2 << 10;

  private VertxChannels() {}

  /// How far the sending on a connection is; the same twice while something waits means that the
  /// client has taken nothing in between.
  ///
  /// @param waits whether there is something that the kernel has not taken yet
  /// @param pending how much, in bytes
  /// @param message which part of it is next
  /// @param done how much of that part has gone, in bytes
  record Progress(boolean waits, long pending, int message, long done) {
    private static final Progress NOTHING = new Progress(false, 0, 0, 0);
  }

  static Progress progress(HttpConnection connection) {
    ChannelOutboundBuffer out = channel(connection).unsafe().outboundBuffer();
    Object next = out == null ? null : out.current();
    return out == null || next == null
        ? Progress.NOTHING
        : new Progress(
            true,
            out.totalPendingWriteBytes(),
            System.identityHashCode(next),
            out.currentProgress());
  }

  /// Closes at once and drops what was not sent, also what the kernel has. [HttpConnection#close]
  /// sends everything first, so on a client that does not read it never completes.
  static void abort(HttpConnection connection) {
    try {
      channel(connection).config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException _) {
      // Ignored because the kernel has nothing of it any more: the client has ended it.
    }
    var _ = ((ConnectionBase) connection).channelHandlerContext().close(); // Told by the handler.
  }

  /// Reads little at a time. What has been read is taken apart at once, and a request without a
  /// word too many takes fifty times as much memory then: of the usual 64 KiB some megabytes.
  static void readLittle(HttpConnection connection) {
    channel(connection)
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
  }

  private static Channel channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channel();
  }
}
