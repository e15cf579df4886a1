package io.jpm.balancer.proxy;

import io.jpm.model.ProxyProtocol;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/// Tries to connect to an instance until this succeeds, alternating between the IPv4 and the IPv6
/// loopback address. Owned by the balancer's context.
final class ListenProbe {
  private static final Duration FIRST = Duration.ofMillis(25);
  private static final Duration LONGEST = Duration.ofMillis(250);

  private final Context context;
  private final EventLoop loop;
  private final ProxyProtocol protocol;
  private final List<InetSocketAddress> addresses;
  private final Consumer<InetSocketAddress> ready;
  private long pause = FIRST.toMillis();
  private int turn;
  private boolean stopped;

  /// @param ready receives the address at which the instance answers; called at most once
  ListenProbe(Context context, EventLoop loop, Backend backend, Consumer<InetSocketAddress> ready) {
    this.context = context;
    this.loop = loop;
    this.protocol = backend.cluster().proxyProtocol();
    this.addresses = addresses(backend.address().getPort());
    this.ready = ready;
  }

  void begin() {
    if (stopped) {
      return;
    }
    InetSocketAddress address = addresses.get(turn++ % addresses.size());
    BackendConnection.connect(loop, address)
        .addListener((ChannelFuture done) -> {
          boolean reached = BackendConnection.reached(done);
          if (reached) {
            leave(done.channel());
          }
          context.runOnContext(_ -> seen(address, reached));
        });
  }

  void stop() {
    stopped = true;
  }

  /// Closes the probe's connection. If the app expects a PROXY protocol header on every connection,
  /// sends one before.
  private void leave(Channel channel) {
    channel
        .writeAndFlush(ProxyProtocolHeader.local(protocol))
        .addListener(ChannelFutureListener.CLOSE);
  }

  private void seen(InetSocketAddress address, boolean reached) {
    if (stopped) {
      return;
    }
    if (reached) {
      stopped = true;
      ready.accept(address);
    } else if (turn % addresses.size() != 0) {
      begin();
    } else {
      context.owner().setTimer(pause, _ -> begin());
      pause = Math.min(pause * 3 / 2, LONGEST.toMillis());
    }
  }

  private static List<InetSocketAddress> addresses(int port) {
    try {
      byte[] six = new byte[16];
      six[15] = 1;
      return List.of(
          new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port),
          new InetSocketAddress(InetAddress.getByAddress(six), port));
    } catch (UnknownHostException impossible) {
      throw new IllegalStateException("the bytes are an address", impossible);
    }
  }
}
