package io.jpm.web;

import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelOption;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.net.impl.ConnectionBase;

/// Socket operations that are missing from the public connection API of Vert.x. This is the only
/// class in the package that uses Vert.x internals.
final class VertxChannels {
  private static final int READ_BYTES = 2 << 10;

  private VertxChannels() {}

  /// The send progress of a connection. If data is pending and two consecutive values are equal,
  /// the client has read nothing in between.
  ///
  /// @param waits whether there is data that the kernel has not accepted yet
  /// @param pending the size of this data in bytes
  /// @param message the identity of the buffer that is sent next
  /// @param done the number of bytes of that buffer that have been sent
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
  /// [HttpConnection#close], in contrast, sends everything first and therefore never completes if
  /// the client does not read.
  static void abort(HttpConnection connection) {
    try {
      channel(connection).config().setOption(ChannelOption.SO_LINGER, 0);
    } catch (ChannelException _) {
      // Ignored: the client has closed the connection, so the kernel has no unsent data.
    }
    var _ = ((ConnectionBase) connection).channelHandlerContext().close(); // see the close handler
  }

  /// Reduces the size of reads. Data is parsed as soon as it is read, and small pipelined requests
  /// use fifty times their size in memory. One read of the default size, 64 KiB, could therefore
  /// need several megabytes.
  static void limitReads(HttpConnection connection) {
    channel(connection)
        .config()
        .setRecvByteBufAllocator(new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(1));
  }

  private static Channel channel(HttpConnection connection) {
    return ((ConnectionBase) connection).channel();
  }
}
