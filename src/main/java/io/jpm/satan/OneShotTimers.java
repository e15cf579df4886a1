package io.jpm.satan;

import io.vertx.core.Vertx;
import java.time.Duration;

/// Timers that go off once; a test sets its own off by hand.
interface OneShotTimers {
  /// Runs `action` on the present context, after `delay`.
  ///
  /// @return what to cancel it by
  long set(Duration delay, Runnable action);

  /// Nothing happens when it has gone off already.
  void cancel(long alarm);

  /// Those of Vert.x.
  static OneShotTimers of(Vertx vertx) {
    return new OneShotTimers() {
      @Override
      public long set(Duration delay, Runnable action) {
        return vertx.setTimer(delay.toMillis(), _ -> action.run());
      }

      @Override
      public void cancel(long alarm) {
        vertx.cancelTimer(alarm);
      }
    };
  }
}
