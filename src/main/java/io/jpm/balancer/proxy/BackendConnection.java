package io.jpm.balancer.proxy;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.AdaptiveRecvByteBufAllocator;
import io.netty.channel.Channel;
import io.netty.channel.ChannelException;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import java.net.InetSocketAddress;
import java.time.Duration;

/// How sockets are set, both those of clients and those of instances, made and torn down.
// What fails is seen by the end of the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class BackendConnection {
  /// What one read takes up at most, and with it the memory for a direction of a connection:
  /// little, since thousands of slow clients may hold as much each.
  static final int MOST_BYTES = 16 * 1024;

  private static final int LEAST_BYTES = 512;
  private static final int USUAL_BYTES = 2048;

  /// The kernel repeats a lost first packet after one second; a full queue of connections loses it.
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private BackendConnection() {}

  /// Takes an option and its value.
  interface Setter {
    <T> void set(ChannelOption<T> option, T value);
  }

  static void options(Setter setter) {
    setter.set(ChannelOption.AUTO_READ, false);
    // A failed write must not take away what is still to be read.
    setter.set(ChannelOption.AUTO_CLOSE, false);
    setter.set(ChannelOption.ALLOW_HALF_CLOSURE, true);
    setter.set(ChannelOption.TCP_NODELAY, true);
    setter.set(ChannelOption.SO_KEEPALIVE, true);
    setter.set(
        ChannelOption.RECVBUF_ALLOCATOR,
        new AdaptiveRecvByteBufAllocator(LEAST_BYTES, USUAL_BYTES, MOST_BYTES)
            .maxMessagesPerRead(1));
  }

  /// Connects to an instance; the channel has no handler and is not read from.
  static ChannelFuture connect(EventLoop loop, InetSocketAddress address) {
    Bootstrap bootstrap =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) CONNECT.toMillis())
            .handler(new ChannelInboundHandlerAdapter());
    options(bootstrap::option);
    return bootstrap.connect(address);
  }

  /// Whether somebody was reached. Where nobody listens on a port that the kernel also gives to
  /// clients, a socket can get just this port for its own and connect to itself.
  static boolean reached(ChannelFuture connected) {
    if (!connected.isSuccess()) {
      if (connected.channel().isOpen()) {
        connected.channel().close();
      }
      return false;
    }
    SocketChannel channel = (SocketChannel) connected.channel();
    if (channel.remoteAddress() == null || channel.remoteAddress().equals(channel.localAddress())) {
      channel.close();
      return false;
    }
    return true;
  }

  /// Has the connection's end, which is to follow, be a RST.
  static void endAbruptly(Channel channel) {
    try {
      if (channel.isOpen()) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
      }
    } catch (ChannelException gone) {
      // The peer was first; there is nobody to be told.
    }
  }
}
