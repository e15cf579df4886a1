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

/// Has a server accept no faster than connections are taken up. Netty accepts on a thread of its
/// own, which is faster than the event loop that serves: whoever did nothing but connect could fill
/// the memory with connections of which no door knew yet. What is not accepted waits in the kernel,
/// whose queue is bounded. Nor has it more connections than its part of the daemon's files: one
/// more is closed at once, which leaves files for the socket in the home and for apps. Where files
/// are short all the same, it tries again soon: a file is free only after the event loop's next
/// turn, and Netty's own pause of a second would have the owner wait behind a whole queue of
/// connections that their clients have given up. Owned by the accepting thread.
final class AcceptPace extends ChannelInboundHandlerAdapter {
  private static final Logger LOG = System.getLogger("jpm.daemon");

  /// So many connections may wait to be taken up.
  static final int MOST_WAITING = 64;

  static final Duration PAUSE_AFTER_FAILURE = Duration.ofMillis(20);
  private static final Duration BETWEEN_WARNINGS = Duration.ofMinutes(1);

  private final AtomicInteger open;
  private final int most;
  private int waiting;
  private boolean isPaused;
  private boolean hasFailed;
  private long quietUntil = System.nanoTime();

  /// @param open how many connections there are, of all servers that have one part together
  /// @param most their part of the daemon's files
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
    ctx.fireChannelRead(message); // Gives it to an event loop.
    if (message instanceof Channel accepted && accepted.isOpen()) {
      open.incrementAndGet();
      accepted.closeFuture().addListener(_ -> open.decrementAndGet());
      waiting++;
      if (waiting >= MOST_WAITING && !isPaused) {
        isPaused = true;
        ctx.channel().config().setAutoRead(false);
      }
      EventLoop acceptor = ctx.channel().eventLoop();
      // Behind what is to be done about it there.
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
      LOG.log(Level.WARNING, "connections wait, none can be accepted: {0}", cause.getMessage());
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
