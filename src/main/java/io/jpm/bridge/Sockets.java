package io.jpm.bridge;

import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetSocket;

/// What Vert.x's public socket does not offer; the one place that reaches into its internals.
final class Sockets {
  private Sockets() {}

  /// Closes at once and drops what was not sent. [NetSocket#close] sends everything first, so on a
  /// peer that does not read it never completes.
  static void abort(NetSocket socket) {
    var _ = context(socket).close(); // Told by the close handler.
  }

  /// Where in the channel's pipeline Vert.x itself sits.
  static ChannelHandlerContext context(NetSocket socket) {
    return ((NetSocketInternal) socket).channelHandlerContext();
  }
}
