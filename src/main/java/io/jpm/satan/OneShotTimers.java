package io.jpm.satan;

import io.vertx.core.Vertx;
import java.time.Duration;

/// Schedules and cancels one-shot timers. Tests replace them with timers that they fire by hand.
interface OneShotTimers {
  /// Runs `action` on the current context, after `delay`.
  ///
  /// @return the id for [#cancel]
  long set(Duration delay, Runnable action);

  /// Cancels a timer; has no effect if it has fired already.
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
