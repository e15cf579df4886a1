package io.jpm.balancer.proxy;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.net.InetSocketAddress;
import java.util.function.Consumer;

/// A port that the daemon listens on, on every address of the machine, both families where it has
/// IPv6.
final class Door {
  private final Channel channel;

  private Door(Channel channel) {
    this.channel = channel;
  }

  /// Opens a port.
  ///
  /// @param visitors gets each connection, on its own event loop; nothing is read from it yet
  static Future<Door> open(int port, Front.Setting setting, Consumer<SocketChannel> visitors) {
    Promise<Door> promise = ((ContextInternal) setting.context()).promise();
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(setting.loops())
            .channel(NioServerSocketChannel.class)
            // The next daemon must not wait for the connections of the last one to be forgotten.
            .option(ChannelOption.SO_REUSEADDR, true)
            .childHandler(new Usher(visitors));
    Wire.options(bootstrap::childOption);
    bootstrap
        .bind(new InetSocketAddress(port))
        .addListener((ChannelFuture done) -> opened(done, promise));
    return promise.future();
  }

  private static void opened(ChannelFuture done, Promise<Door> promise) {
    if (done.isSuccess()) {
      promise.complete(new Door(done.channel()));
    } else {
      promise.fail(done.cause());
    }
  }

  Future<Void> close() {
    Promise<Void> promise = Promise.promise();
    channel.close().addListener((ChannelFuture _) -> promise.complete());
    return promise.future();
  }

  /// Shows connections in.
  private static final class Usher extends ChannelInitializer<SocketChannel> {
    private final Consumer<SocketChannel> visitors;

    Usher(Consumer<SocketChannel> visitors) {
      this.visitors = visitors;
    }

    @Override
    protected void initChannel(SocketChannel channel) {
      channel
          .pipeline()
          .addLast(
              new ChannelInboundHandlerAdapter() {
                @Override
                public void channelActive(ChannelHandlerContext context) {
                  context.pipeline().remove(this);
                  visitors.accept(channel);
                }
              });
    }
  }
}
