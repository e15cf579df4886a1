package io.jpm.balancer.proxy;

import io.vertx.core.Context;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Runs an action one second after a change, at most once per second, and never without a change.
final class ThrottledPublisher {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Context context;
  private final Runnable publish;
  private final AtomicBoolean due = new AtomicBoolean();

  ThrottledPublisher(Context context, Runnable publish) {
    this.context = context;
    this.publish = publish;
  }

  /// Schedules a publication. Thread-safe.
  void changed() {
    if (!due.get() && due.compareAndSet(false, true)) {
      context.runOnContext(_ -> context.owner().setTimer(PAUSE.toMillis(), _ -> publish()));
    }
  }

  private void publish() {
    due.set(false);
    publish.run();
  }
}
