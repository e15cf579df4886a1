package io.jpm.balancer.proxy;

import io.netty.channel.ChannelFuture;
import io.netty.channel.socket.SocketChannel;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;

/// A client connection for which an instance is being sought. No data is read from the connection
/// until an instance is found. Owned by the connection's event loop; [#again], [#giveUp] and
/// [#expired] may be called from any thread.
// The futures are not needed: a failure closes the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class ClientConnection {
  /// How long a connection may wait for an instance.
  static final Duration PATIENCE = Duration.ofSeconds(30);

  private final ProxyListener proxyListener;
  private final SocketChannel client;
  private final long begun;
  private final Set<Backend> tried = new HashSet<>();

  ClientConnection(ProxyListener proxyListener, SocketChannel client, long now) {
    this.proxyListener = proxyListener;
    this.client = client;
    this.begun = now;
  }

  boolean expired(long now) {
    return now - begun >= PATIENCE.toNanos();
  }

  /// Restarts the search, including instances that have refused the connection before.
  void again() {
    client
        .eventLoop()
        .execute(() -> {
          tried.clear();
          seek();
        });
  }

  void giveUp() {
    client.close();
  }

  /// Tries the ready instances one after another.
  void seek() {
    if (proxyListener.closed()) {
      giveUp();
      return;
    }
    proxyListener
        .take(tried, client.remoteAddress())
        .ifPresentOrElse(this::connect, () -> proxyListener.park(this, Set.copyOf(tried)));
  }

  /// Connects a probe to this instance, or closes the probe's connection.
  static void connectProbe(ProxyListener proxyListener, SocketChannel client, Backend backend) {
    if (!backend.acquire()) {
      client.close();
      return;
    }
    BackendConnection.connect(client.eventLoop(), backend.address())
        .addListener((ChannelFuture done) ->
            client
                .eventLoop()
                .execute(() -> {
                  if (BackendConnection.reached(done)) {
                    new Relay(proxyListener, backend, client, (SocketChannel) done.channel())
                        .start();
                  } else {
                    backend.reduceLoad();
                    backend.release();
                    client.close();
                  }
                }));
  }

  private void connect(Backend backend) {
    tried.add(backend);
    BackendConnection.connect(client.eventLoop(), backend.address())
        .addListener((ChannelFuture done) -> {
          if (client.eventLoop().inEventLoop()) {
            connected(backend, done);
          } else {
            // If no socket can be created at all, Netty reports the failure on another thread.
            client.eventLoop().execute(() -> connected(backend, done));
          }
        });
  }

  private void connected(Backend backend, ChannelFuture done) {
    if (BackendConnection.reached(done)) {
      new Relay(proxyListener, backend, client, (SocketChannel) done.channel()).start();
      return;
    }
    backend.reduceLoad();
    backend.release();
    proxyListener.failed(backend, false);
    seek();
  }
}
