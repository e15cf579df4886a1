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

/// Configures, connects and resets the sockets of the proxy, both of clients and of instances.
// The futures are not needed: a failure closes the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class BackendConnection {
  /// Upper bound on one read, and therefore on the memory for one direction of a connection. It is
  /// small because thousands of slow clients may each need this much.
  static final int MOST_BYTES = 16 * 1024;

  private static final int LEAST_BYTES = 512;
  private static final int USUAL_BYTES = 2048;

  /// The connect timeout. It allows for one retransmission: the kernel resends a lost SYN after one
  /// second, and a full accept queue drops SYNs.
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private BackendConnection() {}

  /// Sets a channel option.
  interface Setter {
    <T> void set(ChannelOption<T> option, T value);
  }

  static void options(Setter setter) {
    setter.set(ChannelOption.AUTO_READ, false);
    // A failed write must not discard data that can still be read.
    setter.set(ChannelOption.AUTO_CLOSE, false);
    setter.set(ChannelOption.ALLOW_HALF_CLOSURE, true);
    setter.set(ChannelOption.TCP_NODELAY, true);
    setter.set(ChannelOption.SO_KEEPALIVE, true);
    setter.set(
        ChannelOption.RECVBUF_ALLOCATOR,
        new AdaptiveRecvByteBufAllocator(LEAST_BYTES, USUAL_BYTES, MOST_BYTES)
            .maxMessagesPerRead(1));
  }

  /// Connects to an instance. The channel has no handler and is not read from.
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

  /// Reports whether the connection leads to an instance; closes the connection if it does not. If
  /// the target port is in the ephemeral range and has no listening process, the kernel may also
  /// pick it as the local port, in which case the socket connects to itself.
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

  /// Makes the channel send a RST when it is closed.
  static void endAbruptly(Channel channel) {
    try {
      if (channel.isOpen()) {
        channel.config().setOption(ChannelOption.SO_LINGER, 0);
      }
    } catch (ChannelException gone) {
      // The peer has already closed the connection.
    }
  }
}
