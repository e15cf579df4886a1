package io.jpm.balancer.proxy;

import io.jpm.bus.BlockingCalls;
import io.jpm.model.RunAs;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
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
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/// A port on which the daemon listens for clients, on all addresses of the machine, over IPv4 and,
/// if available, IPv6. If the system can preserve sockets, the socket outlives the daemon, and
/// clients that connect while no daemon is running wait for the next one.
// The futures are not needed: a failure closes the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class FrontendSockets {
  private static final long CHECK_PATIENCE_MILLIS = 30_000;

  private final ProxyListener.ProxyContext proxyContext;
  private final ServerChannel channel;
  private final Optional<ListenSocket> kept;

  private FrontendSockets(
      ProxyListener.ProxyContext proxyContext, ServerChannel channel, Optional<ListenSocket> kept) {
    this.proxyContext = proxyContext;
    this.channel = channel;
    this.kept = kept;
  }

  /// Opens a port.
  ///
  /// @param key the key under which its socket is kept
  /// @param visitors receives each connection on the connection's own event loop, before any data
  ///   is read
  static Future<FrontendSockets> open(
      String key,
      int port,
      ProxyListener.ProxyContext proxyContext,
      Consumer<SocketChannel> visitors) {
    Optional<ListenSocketRegistry> sockets = proxyContext.sockets();
    if (sockets.isPresent()) {
      return BlockingCalls.call(
              proxyContext.context().owner(), () -> new Found(socket(sockets.get(), key, port)))
          .compose(found ->
              started(
                  bootstrap(port, proxyContext, visitors)
                      .channelFactory(() -> new NioServerSocketChannel(found.channel()))
                      .register(),
                  proxyContext,
                  Optional.of(found.socket())));
    }
    return started(
        bootstrap(port, proxyContext, visitors)
            .channel(NioServerSocketChannel.class)
            .bind(new InetSocketAddress(port)),
        proxyContext,
        Optional.empty());
  }

  /// Opens a loopback port, chosen by the system, for a single connection that the caller must open
  /// soon.
  ///
  /// @param visitor receives the connection on its own event loop, before any data is read
  /// @return the address to connect to
  static Future<InetSocketAddress> once(
      ProxyListener.ProxyContext proxyContext, Consumer<SocketChannel> visitor) {
    var open = new AtomicReference<Optional<FrontendSockets>>(Optional.empty());
    Consumer<SocketChannel> only =
        client ->
            open.getAndSet(Optional.empty())
                .ifPresentOrElse(
                    frontendSockets -> {
                      frontendSockets.stopAccepting();
                      visitor.accept(client);
                    },
                    client::close);
    return started(
            bootstrap(0, proxyContext, only)
                .channel(NioServerSocketChannel.class)
                .bind(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)),
            proxyContext,
            Optional.empty())
        .map(frontendSockets -> {
          open.set(Optional.of(frontendSockets));
          proxyContext
              .context()
              .owner()
              .setTimer(
                  CHECK_PATIENCE_MILLIS,
                  _ -> open.getAndSet(Optional.empty()).ifPresent(FrontendSockets::stopAccepting));
          return (InetSocketAddress) frontendSockets.channel.localAddress();
        });
  }

  /// A kept socket, together with a channel that accepts from it.
  private record Found(ListenSocket socket, java.nio.channels.ServerSocketChannel channel) {
    Found(ListenSocket socket) throws IOException {
      this(socket, socket.channel());
    }
  }

  private static ListenSocket socket(ListenSocketRegistry sockets, String key, int port)
      throws IOException {
    Optional<ListenSocket> there = sockets.find(key);
    if (there.isPresent()) {
      return there.get();
    }
    InetAddress everywhere = InetAddress.ofLiteral("::");
    return sockets.open(
        key,
        new ListenRequest(
            Protocol.TCP,
            Optional.of(new InetSocketAddress(everywhere, port)),
            true,
            false,
            0,
            RunAs.DAEMON));
  }

  private static ServerBootstrap bootstrap(
      int port, ProxyListener.ProxyContext proxyContext, Consumer<SocketChannel> visitors) {
    ServerBootstrap bootstrap =
        new ServerBootstrap()
            .group(proxyContext.loops())
            // Otherwise the port could not be bound while connections of the previous daemon are in
            // TIME_WAIT.
            .option(ChannelOption.SO_REUSEADDR, true)
            .handler(new Counter(proxyContext.capacity(), port))
            .childHandler(new ClientInitializer(visitors));
    BackendConnection.options(bootstrap::childOption);
    return bootstrap;
  }

  private static Future<FrontendSockets> started(
      ChannelFuture starting,
      ProxyListener.ProxyContext proxyContext,
      Optional<ListenSocket> kept) {
    Promise<FrontendSockets> promise = ((ContextInternal) proxyContext.context()).promise();
    starting.addListener((ChannelFuture done) -> {
      if (done.isSuccess()) {
        FrontendSockets frontendSockets =
            new FrontendSockets(proxyContext, (ServerChannel) done.channel(), kept);
        proxyContext.capacity().add(frontendSockets);
        promise.complete(frontendSockets);
      } else {
        promise.fail(done.cause());
      }
    });
    return promise.future();
  }

  /// Starts or stops accepting connections, as the connection limits require.
  void follow() {
    channel
        .eventLoop()
        .execute(() -> {
          Counter counter = channel.pipeline().get(Counter.class);
          if (counter != null) {
            counter.follow(channel);
          }
        });
  }

  /// Stops accepting. A kept socket stays open.
  Future<Void> stopAccepting() {
    proxyContext.capacity().remove(this);
    Promise<Void> promise = Promise.promise();
    channel.close().addListener((ChannelFuture _) -> promise.complete());
    return promise.future();
  }

  /// Stops accepting and frees the port.
  Future<Void> close() {
    return stopAccepting()
        .compose(_ -> BlockingCalls.call(proxyContext.context().owner(), this::forget))
        .mapEmpty();
  }

  private boolean forget() {
    kept.ifPresent(ListenSocket::close);
    return true;
  }

  /// Counts connections on the port's own event loop, so that at most one batch of connections
  /// exceeds the limit.
  private static final class Counter extends ChannelInboundHandlerAdapter {
    private final ProxyConnectionLimiter proxyConnectionLimiter;
    private final int port;
    private final AtomicInteger count = new AtomicInteger();

    /// Whether this port has reached the limit per port.
    private volatile boolean full;

    Counter(ProxyConnectionLimiter proxyConnectionLimiter, int port) {
      this.proxyConnectionLimiter = proxyConnectionLimiter;
      this.port = port;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object accepted) {
      Channel door = context.channel();
      proxyConnectionLimiter.acquire();
      if (count.incrementAndGet() >= proxyConnectionLimiter.mostOfOne()) {
        full = true;
        proxyConnectionLimiter.tellOfOne(port);
        follow(door);
      }
      ((Channel) accepted)
          .closeFuture()
          .addListener((ChannelFuture _) -> {
            proxyConnectionLimiter.release();
            left(door);
          });
      context.fireChannelRead(accepted);
    }

    private void left(Channel door) {
      int most = proxyConnectionLimiter.mostOfOne();
      if (count.decrementAndGet() <= most - ProxyConnectionLimiter.part(most) && full) {
        door.eventLoop()
            .execute(() -> {
              // Another connection may have been accepted in between.
              full = count.get() >= proxyConnectionLimiter.mostOfOne();
              follow(door);
            });
      }
    }

    /// Starts or stops accepting connections, as the limits require. Must be called on the event
    /// loop of the port.
    void follow(Channel door) {
      door.config().setAutoRead(!full && !proxyConnectionLimiter.isFull());
    }
  }

  /// Passes accepted connections on to a consumer.
  private static final class ClientInitializer extends ChannelInitializer<SocketChannel> {
    private final Consumer<SocketChannel> visitors;

    ClientInitializer(Consumer<SocketChannel> visitors) {
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
