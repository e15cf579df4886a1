package io.jpm.satan;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Eventually;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/// Timers that fire when the test requests it.
final class ManualTimers implements OneShotTimers {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  record Pending(Duration delay, Runnable action, Context context) {}

  final Map<Long, Pending> pending = new ConcurrentHashMap<>();
  private final AtomicLong next = new AtomicLong();

  @Override
  public long set(Duration delay, Runnable action) {
    long id = next.incrementAndGet();
    pending.put(id, new Pending(delay, action, Objects.requireNonNull(Vertx.currentContext())));
    return id;
  }

  @Override
  public void cancel(long alarm) {
    pending.remove(alarm);
  }

  /// Waits for the one timer that is set and fires it.
  void fire() {
    fire(Duration.ofSeconds(1));
  }

  void fire(Duration expected) {
    Eventually.await("a timer is set", DEADLINE, () -> !pending.isEmpty());
    assertThat(pending).hasSize(1);
    long id = pending.keySet().iterator().next();
    Pending due = Objects.requireNonNull(pending.remove(id));
    assertThat(due.delay()).isEqualTo(expected);
    due.context().runOnContext(_ -> due.action().run());
  }
}
