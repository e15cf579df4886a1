package io.jpm.satan;

import io.vertx.core.Vertx;
import java.time.Duration;

/// Schedules and cancels one-shot timers. Tests replace it with timers that they fire themselves.
interface OneShotTimers {
  /// Runs `action` on the current context after `delay`.
  ///
  /// @return the id of the timer, for [#cancel]
  long set(Duration delay, Runnable action);

  /// Cancels a timer. Has no effect if the timer has already fired.
  void cancel(long alarm);

  /// Returns the timers of Vert.x.
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
