package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.socket.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/// Copies bytes between a client connection and the connection to its instance. Each direction is
/// read only after the previous read has been written, so at most one read is in memory. A FIN is
/// passed on as the end of that direction, and a reset as a reset. Owned by the event loop that
/// both connections share.
// The futures are not needed: a failure closes the channel.
@SuppressWarnings("FutureReturnValueIgnored")
final class Relay {
  /// The time without a data transfer after which a connection is considered idle.
  static final Duration IDLE = Duration.ofSeconds(2);

  private static final ByteBuf CLOSE =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer()
              .writeBytes("Connection: close\r\n".getBytes(StandardCharsets.US_ASCII))
              .asReadOnly());

  private final ProxyListener proxyListener;
  private final Backend backend;
  private final SocketChannel client;
  private final SocketChannel instance;
  private final Half up;
  private final Half down;
  private final HttpTracker httpTracker = new HttpTracker();
  private long moved;
  private long askedAt;
  private boolean asked;
  private boolean answered;
  private boolean relieved;
  private boolean failed;
  private boolean closed;

  Relay(
      ProxyListener proxyListener, Backend backend, SocketChannel client, SocketChannel instance) {
    this.proxyListener = proxyListener;
    this.backend = backend;
    this.client = client;
    this.instance = instance;
    this.up = new Half(client, instance);
    this.down = new Half(instance, client);
  }

  Backend backend() {
    return backend;
  }

  void start() {
    moved = proxyListener.now();
    backend.connectionCounters().connections.increment();
    backend.connectionCounters().open.increment();
    proxyListener.entered(this);
    client.closeFuture().addListener((ChannelFuture _) -> close());
    instance.closeFuture().addListener((ChannelFuture _) -> close());
    if (closed) {
      return;
    }
    ByteBuf header =
        ProxyProtocolHeader.of(
            backend.cluster().proxyProtocol(), client.remoteAddress(), client.localAddress());
    if (header.isReadable()) {
      instance.writeAndFlush(header);
    }
    client.pipeline().addLast(up);
    instance.pipeline().addLast(down);
    client.read();
    instance.read();
  }

  /// Closes the connection gracefully if it is idle, uses HTTP/1 and has no outstanding response.
  void endIfIdle() {
    client
        .eventLoop()
        .execute(() -> {
          if (httpTracker.idle()
              && !down.writing
              && proxyListener.now() - moved >= IDLE.toNanos()) {
            close();
          }
        });
  }

  /// Closes the connection, whatever its state.
  void end() {
    client.eventLoop().execute(this::close);
  }

  /// Returns the number of bytes that have been read but not written yet. Must be called on the
  /// connection's event loop.
  long buffered() {
    return buffered(client) + buffered(instance);
  }

  SocketChannel client() {
    return client;
  }

  private static long buffered(Channel channel) {
    ChannelOutboundBuffer buffer = channel.unsafe().outboundBuffer();
    return buffer == null ? 0 : buffer.totalPendingWriteBytes();
  }

  private void close() {
    if (closed) {
      return;
    }
    closed = true;
    if (owes()) {
      backend.updateResponses(ResponseTracker::connectionEnded);
    }
    // This must happen before the client notices the close and connects again.
    relieve();
    client.close();
    instance.close();
    backend.release();
    backend.connectionCounters().open.decrement();
    proxyListener.left(this);
  }

  /// Reports whether a request was forwarded to the instance but no byte has come back yet.
  private boolean owes() {
    return asked && !answered;
  }

  private void relieve() {
    if (!relieved) {
      relieved = true;
      backend.reduceLoad();
    }
  }

  /// Records that the instance has closed its direction of the connection.
  private void instanceEnds() {
    relieve();
    if (owes() && !up.over()) {
      fail();
    }
  }

  /// Records that the client has closed its direction of the connection. A client that does so
  /// right after its request usually waits for the response. A client that does so much later has
  /// probably given up waiting for a response.
  private void clientEnds() {
    if (httpTracker.idle()) {
      relieve();
    }
    boolean late = proxyListener.now() - askedAt >= ResponseTracker.PATIENCE.toNanos();
    if (owes() && late && proxyListener.answersAtAll()) {
      fail();
    }
  }

  /// Records that the instance has reset the connection or has not answered.
  private void fail() {
    if (!failed) {
      failed = true;
      proxyListener.failed(backend, answered);
    }
  }

  private void reset() {
    if (!closed) {
      // Both channels are configured first, because closing one closes the other.
      BackendConnection.endAbruptly(client);
      BackendConnection.endAbruptly(instance);
      close();
    }
  }

  private ChannelFuture pass(Half half, ByteBuf bytes) {
    moved = proxyListener.now();
    proxyListener.changed();
    if (half == up) {
      backend.connectionCounters().bytesIn.add(bytes.readableBytes());
      httpTracker.asked(bytes);
      if (!asked && !answered) {
        asked = true;
        askedAt = moved;
        backend.updateResponses(it -> it.requestSent(askedAt));
      }
      return instance.writeAndFlush(bytes);
    }
    if (!answered) {
      answered = true;
      proxyListener.answered(backend, asked, moved);
    }
    backend.succeeded();
    backend.connectionCounters().bytesOut.add(bytes.readableBytes());
    int at = httpTracker.answered(bytes);
    return at != HttpTracker.NOWHERE && backend.draining()
        ? withClose(bytes, at)
        : client.writeAndFlush(bytes);
  }

  /// Inserts `Connection: close`, which makes the client close the connection after the response.
  private ChannelFuture withClose(ByteBuf bytes, int at) {
    client.write(bytes.readRetainedSlice(at - bytes.readerIndex()));
    client.write(CLOSE.duplicate());
    return client.writeAndFlush(bytes);
  }

  /// One direction of the connection.
  private final class Half extends ChannelInboundHandlerAdapter implements ChannelFutureListener {
    private final SocketChannel from;
    private final SocketChannel to;
    private boolean writing;
    private boolean ended;
    private boolean broken;

    Half(SocketChannel from, SocketChannel to) {
      this.from = from;
      this.to = to;
    }

    @Override
    public void channelRead(ChannelHandlerContext context, Object bytes) {
      writing = true;
      pass(this, (ByteBuf) bytes).addListener(this);
    }

    @Override
    public void operationComplete(ChannelFuture written) {
      writing = false;
      if (closed) {
        return;
      }
      if (written.isSuccess()) {
        from.read();
      } else {
        broken = true;
        endWhenBothAre();
      }
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext context, Object event) {
      if (event instanceof ChannelInputShutdownEvent && !closed) {
        ended = true;
        if (this == up) {
          clientEnds();
        } else {
          instanceEnds();
        }
        to.shutdownOutput();
        endWhenBothAre();
      }
    }

    /// Ends the connection when both directions have ended. A broken direction does not end the
    /// other one: an instance may refuse the rest of a request and close, but its response must
    /// still reach the client.
    private void endWhenBothAre() {
      if (up.over() && down.over()) {
        if (down.broken) {
          reset();
        } else {
          close();
        }
      }
    }

    private boolean over() {
      return ended || broken;
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      if (this == down && !closed) {
        fail();
      } else if (!closed) {
        clientEnds();
      }
      reset();
    }
  }
}
