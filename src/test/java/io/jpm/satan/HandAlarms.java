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

/// Alarms that go off when the test says so.
final class HandAlarms implements OneShotTimers {
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

  /// Waits for the one alarm that is set and sets it off.
  void fire() {
    fire(Duration.ofSeconds(1));
  }

  void fire(Duration expected) {
    Eventually.await("an alarm", DEADLINE, () -> !pending.isEmpty());
    assertThat(pending).hasSize(1);
    long id = pending.keySet().iterator().next();
    Pending due = Objects.requireNonNull(pending.remove(id));
    assertThat(due.delay()).isEqualTo(expected);
    due.context().runOnContext(_ -> due.action().run());
  }
}
