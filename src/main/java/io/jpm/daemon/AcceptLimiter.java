package io.jpm.daemon;

import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.EventLoop;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/// Limits the rate and the number of connections that a server accepts. Confined to the accepting
/// thread.
///
/// Netty accepts connections on a separate thread, which is faster than the event loop that serves
/// them. Without a limit, a client that only connects could fill the memory with connections that
/// no verticle has seen yet. Connections that are not accepted wait in the kernel's backlog, which
/// is bounded.
///
/// The number of connections of a server is also limited to its share of the daemon's file
/// descriptors. Further connections are closed immediately, which leaves descriptors for the Unix
/// socket in the home directory and for apps. If descriptors run out nevertheless, accepting is
/// retried soon. A descriptor becomes free only after the next turn of the event loop. Netty's own
/// pause of one second would be too long: the owner's connection would wait behind connections that
/// clients have already closed.
final class AcceptLimiter extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  /// The maximum number of accepted connections that have not been handled by their event loop yet.
  static final int MOST_WAITING = 64;

  static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(20);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private final AtomicInteger open;
  private final int most;
  private int waiting;
  private boolean isPaused;
  private boolean hasFailed;
  private long quietUntil = System.nanoTime();

  /// @param open the number of connections of all servers that share one limit
  /// @param most the maximum of `open`
  AcceptLimiter(AtomicInteger open, int most) {
    this.open = open;
    this.most = most;
  }

  @Override
  public void channelRead(ChannelHandlerContext ctx, Object message) {
    if (message instanceof Channel refused && open.get() >= most) {
      refused.unsafe().closeForcibly();
      return;
    }
    ctx.fireChannelRead(message); // hands it over to an event loop
    if (message instanceof Channel accepted && accepted.isOpen()) {
      open.incrementAndGet();
      accepted.closeFuture().addListener(_ -> open.decrementAndGet());
      waiting++;
      if (waiting >= MOST_WAITING && !isPaused) {
        isPaused = true;
        ctx.channel().config().setAutoRead(false);
      }
      EventLoop acceptor = ctx.channel().eventLoop();
      // Runs after the event loop has handled the new connection.
      accepted.eventLoop().execute(() -> acceptor.execute(() -> connectionHandled(ctx.channel())));
    }
  }

  private void connectionHandled(Channel server) {
    waiting--;
    if (isPaused && waiting <= MOST_WAITING / 2) {
      isPaused = false;
      resume(server);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
    long now = System.nanoTime();
    if (now - quietUntil >= 0) {
      quietUntil = now + BETWEEN_WARNINGS.toNanos();
      LOG.log(
          Level.WARNING,
          "connections wait in the backlog, because they cannot be accepted: {0}",
          cause.getMessage());
    }
    if (!hasFailed) {
      hasFailed = true;
      Channel server = ctx.channel();
      server.config().setAutoRead(false);
      Runnable again =
          () -> {
            hasFailed = false;
            resume(server);
          };
      var _ =
          server.eventLoop().schedule(again, PAUSE_AFTER_FAILURE.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void resume(Channel server) {
    if (!isPaused && !hasFailed) {
      server.config().setAutoRead(true);
    }
  }
}
