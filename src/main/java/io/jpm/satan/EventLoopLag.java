package io.jpm.satan;

import io.jpm.bus.daemon.HeartbeatReply;
import io.netty.channel.EventLoop;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Measures the delay with which an event loop runs a timer. Vert.x itself only logs a warning with
/// a stack trace when it detects a blocked event loop.
///
/// Confined to HeartbeatVerticle's context.
final class EventLoopLag {
  private final EventLoop loop;
  private final Context context;
  private final LongSupplier nanoTime;
  private final Consumer<Duration> late;
  private final LatencyWindow recent = new LatencyWindow();
  private long lateNanos;
  private long dueAt;
  private boolean pending;

  /// @param late receives each measured delay, on the context
  EventLoopLag(EventLoop loop, Context context, LongSupplier nanoTime, Consumer<Duration> late) {
    this.late = late;
    this.loop = loop;
    this.context = context;
    this.nanoTime = nanoTime;
  }

  /// Sets a timer that is due after `delay`. Does nothing while the previous timer is pending,
  /// which means that the loop has not run it yet.
  void startMeasurement(Duration delay) {
    if (pending) {
      return;
    }
    pending = true;
    dueAt = nanoTime.getAsLong() + delay.toNanos();
    long due = dueAt;
    try {
      var _ =
          loop.schedule(
              () -> {
                long nanos = Math.max(0, nanoTime.getAsLong() - due);
                context.runOnContext(_ -> came(nanos));
              },
              delay.toNanos(),
              TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException ending) {
      // Ignored because the daemon is about to exit.
    }
  }

  private void came(long nanos) {
    pending = false;
    lateNanos = nanos;
    recent.recordLatency(nanos, nanoTime.getAsLong());
    late.accept(Duration.ofNanos(nanos));
  }

  /// Returns the current delay and the worst recent delay. A pending timer that is overdue also
  /// counts.
  HeartbeatReply.Loop state() {
    long now = nanoTime.getAsLong();
    long late = pending && now - dueAt > 0 ? Math.max(lateNanos, now - dueAt) : lateNanos;
    Duration worst = recent.worst(now);
    Duration present = Duration.ofNanos(late);
    return new HeartbeatReply.Loop(present, worst.compareTo(present) < 0 ? present : worst);
  }
}
