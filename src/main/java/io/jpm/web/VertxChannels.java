package io.jpm.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/// Accesses internals of Vert.x that its public connection does not offer. No other class does.
final class VertxChannels {
  private static final int READ_BYTES = 2 << 10;

  private VertxChannels() {}

  /// The sending progress of a connection. If it is the same twice while data is pending, the
  /// client has read nothing in between.
  ///
  /// @param waits whether there is data that the kernel has not accepted yet
  /// @param pending its size in bytes
  /// @param message identity of the buffer that is sent next
  /// @param done bytes of that buffer that have been sent
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

  /// Closes the connection immediately and discards unsent data, including data in the kernel.
  /// [HttpConnection#close] sends everything first, so it never completes if the client does not
  /// read.
  static void abort(HttpConnection connection) {
    try {
      channel(connection).config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException _) {
      // Ignored: the client has closed the connection, so the kernel has no data left.
    }
    var _ = ((ConnectionBase) connection).channelHandlerContext().close(); // see closeHandler
  }

  /// Reduces the read size. Data is parsed as soon as it is read, and small pipelined requests take
  /// fifty times their size in memory, so the usual 64 KiB would become some megabytes.
  static void readLittle(HttpConnection connection) {
    channel(connection)
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
  }

  private static Channel channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channel();
  }
}
