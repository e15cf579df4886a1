package io.jpm.balancer.proxy;

import io.vertx.core.Context;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;

/// Calls a second after something has changed, and not while nothing does.
final class ThrottledPublisher {
  private static final Duration PAUSE = Duration.ofSeconds(1);

  private final Context context;
  private final Runnable publish;
  private final AtomicBoolean due = new AtomicBoolean();

  ThrottledPublisher(Context context, Runnable publish) {
    this.context = context;
    this.publish = publish;
  }

  /// A number is another. Any thread.
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
