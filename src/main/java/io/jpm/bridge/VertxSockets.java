package io.jpm.bridge;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/// Socket operations that are missing from the public API of Vert.x. This is the only class in the
/// package that uses Vert.x internals.
final class VertxSockets {
  private static final int READ_BYTES = 8 << 10;
  private static final int READS_AT_ONCE = 4;

  private VertxSockets() {}

  /// Closes the socket immediately and discards unsent bytes. [NetSocket#close], in contrast, sends
  /// everything first and therefore never completes if the peer does not read.
  static void abort(NetSocket socket) {
    var _ = context(socket).close(); // Reported by the close handler.
  }

  /// Shuts down the output but continues to read. Closing a socket with unread bytes would reset
  /// the connection, and the peer could lose the last bytes sent.
  static void shutdownOutput(NetSocket socket) {
    if (context(socket).channel() instanceof DuplexChannel channel) {
      var _ = channel.shutdownOutput(); // Fails only if the peer has disconnected.
    }
  }

  /// Reduces the size of reads. While a socket is paused, Vert.x buffers up to 16 reads plus those
  /// of one event-loop iteration: about 2 MiB with the defaults of 64 KiB per read and 16 reads per
  /// iteration.
  ///
  /// @param socket a socket that has not been read from yet
  static void limitReads(NetSocket socket) {
    context(socket)
        .channel()
        .config()
        .setRecvByteBufAllocator(
            new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS_AT_ONCE));
  }

  /// Returns the context of Vert.x's own handler in the channel's pipeline.
  static ChannelHandlerContext context(NetSocket socket) {
    return ((NetSocketInternal) socket).channelHandlerContext();
  }
}
