package io.jpm.bridge;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.FixedRecvByteBufAllocator;
import io.netty.channel.socket.DuplexChannel;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/// What Vert.x's public socket does not offer; the one place that reaches into its internals.
final class VertxSockets {
  private static final int READ_BYTES = 8 << 10;
  private static final int READS_AT_ONCE = 4;

  private VertxSockets() {}

  /// Closes at once and drops what was not sent. [NetSocket#close] sends everything first, so on a
  /// peer that does not read it never completes.
  static void abort(NetSocket socket) {
    var _ = context(socket).close(); // Told by the close handler.
  }

  /// Says that nothing more will be sent, and goes on reading. To close while something is unread
  /// is a reset, which may overtake what was sent last.
  static void shutdownOutput(NetSocket socket) {
    if (context(socket).channel() instanceof DuplexChannel channel) {
      var _ = channel.shutdownOutput(); // Where that fails the peer is gone.
    }
  }

  /// Reads little at a time. Vert.x keeps up to 16 reads and one round of the loop for somebody who
  /// has paused: with the usual 64 KiB and 16 reads a round, that is some 2 MiB.
  ///
  /// @param socket one that was not read from yet
  static void readLittle(NetSocket socket) {
    context(socket)
        .channel()
        .config()
        .setRecvByteBufAllocator(
            new FixedRecvByteBufAllocator(READ_BYTES).maxMessagesPerRead(READS_AT_ONCE));
  }

  /// Where in the channel's pipeline Vert.x itself sits.
  static ChannelHandlerContext context(NetSocket socket) {
    return ((NetSocketInternal) socket).channelHandlerContext();
  }
}
