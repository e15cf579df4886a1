package io.jpm.balancer.node;

import io.jpm.model.AppName;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Limits the unanswered requests of each app, and the log lines about refused requests. A request
/// above the limit is refused immediately, so it does not delay the thread that opens sockets for
/// all apps.
final class RequestLimits {
  /// The maximum number of unanswered requests per app.
  static final int MOST = 256;

  /// The maximum number of log lines about an app per minute.
  static final int MOST_TOLD = 20;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoTime;
  private final Map<AppName, Integer> underWay = new HashMap<>();
  private final Map<AppName, Integer> told = new HashMap<>();
  private long minuteEnds;

  /// @param nanoTime the monotonic clock, in nanoseconds
  RequestLimits(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.minuteEnds = nanoTime.getAsLong() + MINUTE;
  }

  /// Counts a request of an app.
  ///
  /// @return whether the request is admitted; if so, [#answered] must follow
  boolean begins(AppName app) {
    int before = underWay.getOrDefault(app, 0);
    if (before < MOST) {
      underWay.put(app, before + 1);
    }
    return before < MOST;
  }

  /// Counts the answer to an admitted request.
  void answered(AppName app) {
    underWay.computeIfPresent(app, (_, count) -> count > 1 ? count - 1 : null);
  }

  /// Reports whether another log line about a refused request of `app` is allowed now, and counts
  /// it.
  boolean mayLog(AppName app) {
    long now = nanoTime.getAsLong();
    if (now - minuteEnds >= 0) {
      minuteEnds = now + MINUTE;
      told.clear();
    }
    return told.merge(app, 1, Integer::sum) <= MOST_TOLD;
  }
}
