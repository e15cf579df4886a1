package io.jpm.balancer.proxy;

import io.jpm.bus.OffLoop;
import io.jpm.model.RunAs;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSockets;
import io.jpm.os.ListenSockets.Kind;
import io.jpm.os.ListenSockets.Wish;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ServerChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.internal.ContextInternal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A port that the daemon listens on, on every address of the machine, both families where it has
/// IPv6. Where sockets can be kept this one is: it outlives the daemon, and who connects meanwhile
/// waits for the next one.
// What fails is seen by the end of the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class Door {
  private static final long CHECK_PATIENCE_MILLIS = 30_000;

  private final Front.Setting setting;
  private final ServerChannel channel;
  private final Optional<ListenSocket> kept;

  private Door(Front.Setting setting, ServerChannel channel, Optional<ListenSocket> kept) {
    this.setting = setting;
    this.channel = channel;
    this.kept = kept;
  }

  /// Opens a port.
  ///
  /// @param key the name under which its socket is kept
  /// @param visitors gets each connection, on its own event loop; nothing is read from it yet
  static Future<Door> open(
      String key, int port, Front.Setting setting, Consumer<SocketChannel> visitors) {
    Optional<ListenSockets> sockets = setting.sockets();
    if (sockets.isPresent()) {
      return OffLoop.call(
              setting.context().owner(), () -> new Found(socket(sockets.get(), key, port)))
          .compose(found ->
              started(
                  bootstrap(setting, visitors)
                      .channelFactory(() -> new NioServerSocketChannel(found.channel()))
                      .register(),
                  setting,
                  Optional.of(found.socket())));
    }
    return started(
        bootstrap(setting, visitors)
            .channel(NioServerSocketChannel.class)
            .bind(new InetSocketAddress(port)),
        setting,
        Optional.empty());
  }

  /// Opens a port of the loopback that the system chooses, for one connection that is made soon.
  ///
  /// @param visitor gets it, on its own event loop; nothing is read from it yet
  /// @return its address
  static Future<InetSocketAddress> once(Front.Setting setting, Consumer<SocketChannel> visitor) {
    var open = new AtomicReference<Optional<Door>>(Optional.empty());
    Consumer<SocketChannel> only =
        client ->
            open.getAndSet(Optional.empty())
                .ifPresentOrElse(
                    door -> {
                      door.leave();
                      visitor.accept(client);
                    },
                    client::close);
    return started(
            bootstrap(setting, only)
                .channel(NioServerSocketChannel.class)
                .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)),
            setting,
            Optional.empty())
        .map(door -> {
          open.set(Optional.of(door));
          setting
              .context()
              .owner()
              .setTimer(
                  CHECK_PATIENCE_MILLIS,
                  _ -> open.getAndSet(Optional.empty()).ifPresent(Door::leave));
          return (InetSocketAddress) door.channel.localAddress();
        });
  }

  /// A kept socket with a channel that accepts from it.
  private record Found(ListenSocket socket, java.nio.channels.ServerSocketChannel channel) {
    Found(ListenSocket socket) throws IOException {
      this(socket, socket.channel());
    }
  }

  private static ListenSocket socket(ListenSockets sockets, String key, int port)
      throws IOException {
    Optional<ListenSocket> there = sockets.find(key);
    if (there.isPresent()) {
      return there.get();
    }
    InetAddress everywhere = InetAddress.ofLiteral("::");
    return sockets.open(
        key,
        new Wish(
            Kind.TCP,
            Optional.of(new InetSocketAddress(everywhere, port)),
            true,
            false,
            0,
            RunAs.DAEMON));
  }

  private static ServerBootstrap bootstrap(
      Front.Setting setting, Consumer<SocketChannel> visitors) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(setting.loops())
            // The next daemon must not wait for the connections of the last one to be forgotten.
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new Counter(setting.capacity()))
            .childHandler(new Usher(visitors));
    Wire.options(bootstrap::childOption);
    return bootstrap;
  }

  private static Future<Door> started(
      ChannelFuture starting, Front.Setting setting, Optional<ListenSocket> kept) {
    Promise<Door> promise = ((ContextInternal) setting.context()).promise();
    starting.addListener((ChannelFuture done) -> {
      if (done.isSuccess()) {
        Door door = new Door(setting, (ServerChannel) done.channel(), kept);
        setting.capacity().add(door);
        promise.complete(door);
      } else {
        promise.fail(done.cause());
      }
    });
    return promise.future();
  }

  /// Accepts or does not, as there is room.
  void follow() {
    channel.eventLoop().execute(() -> channel.config().setAutoRead(!setting.capacity().full()));
  }

  /// Takes in nobody any more; a socket that is kept stays.
  Future<Void> leave() {
    setting.capacity().remove(this);
    Promise<Void> promise = Promise.promise();
    channel.close().addListener((ChannelFuture _) -> promise.complete());
    return promise.future();
  }

  /// Frees the port.
  Future<Void> close() {
    return leave().compose(_ -> OffLoop.call(setting.context().owner(), this::forget)).mapEmpty();
  }

  private boolean forget() {
    kept.ifPresent(ListenSocket::close);
    return true;
  }

  /// Counts who comes, on the door's own event loop, so that no more than one batch is too many.
  private static final class Counter extends ChannelInboundHandlerAdapter {
    private final Capacity capacity;

    Counter(Capacity capacity) {
      this.capacity = capacity;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      capacity.entered();
      ((Channel) accepted).closeFuture().addListener((ChannelFuture _) -> capacity.left());
      context.fireChannelRead(accepted);
    }
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
