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

/// Limits how fast and how many connections a server accepts. Confined to the accepting thread.
///
/// Netty accepts on a separate thread, which is faster than the event loop that serves the
/// connections. Without a limit, a client that only connects could fill the memory with connections
/// that no verticle has seen yet. Connections that are not accepted wait in the kernel's backlog,
/// which is bounded.
///
/// A server also has no more connections than its share of the daemon's file descriptors; further
/// ones are closed immediately, which leaves descriptors for the socket in the home and for apps.
/// If descriptors run out nevertheless, accepting is retried soon. A descriptor becomes free only
/// after the next turn of the event loop, and with Netty's own pause of a second the owner would
/// wait behind a queue of connections that their clients have already given up.
final class AcceptPace extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  /// Maximum number of accepted connections that their event loop has not handled yet.
  static final int MOST_WAITING = 64;

  static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(20);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private final AtomicInteger open;
  private final int most;
  private int waiting;
  private boolean isPaused;
  private boolean hasFailed;
  private long quietUntil = System.nanoTime();

  /// @param open number of connections of all servers that share one limit
  /// @param most maximum of `open`
  AcceptPace(AtomicInteger open, int most) {
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
      accepted.eventLoop().execute(() -> acceptor.execute(() -> takenUp(ctx.channel())));
    }
  }

  private void takenUp(Channel server) {
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
      LOG.log(Level.WARNING, "connections cannot be accepted and wait: {0}", cause.getMessage());
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
