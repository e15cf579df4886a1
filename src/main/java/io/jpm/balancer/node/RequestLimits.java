package io.jpm.balancer.node;

import io.jpm.model.AppName;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How much apps have asked that is not answered yet, and how often the log was told what was
/// refused to them. Whoever asks more is refused at once, so that it takes no time of the thread
/// that opens sockets for all apps; whoever is refused more is left out of the log.
final class RequestLimits {
  /// Questions of an app that may be under way.
  static final int MOST = 256;

  /// Lines of an app in a minute.
  static final int MOST_TOLD = 20;

  private static final long MINUTE = TimeUnit.MINUTES.toNanos(1);

  private final LongSupplier nanoTime;
  private final Map<AppName, Integer> underWay = new HashMap<>();
  private final Map<AppName, Integer> told = new HashMap<>();
  private long minuteEnds;

  /// @param nanoTime monotonic time
  RequestLimits(LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    this.minuteEnds = nanoTime.getAsLong() + MINUTE;
  }

  /// An app asks.
  ///
  /// @return whether it may; then [#answered] follows
  boolean begins(AppName app) {
    int before = underWay.getOrDefault(app, 0);
    if (before < MOST) {
      underWay.put(app, before + 1);
    }
    return before < MOST;
  }

  /// A question that was begun has its answer.
  void answered(AppName app) {
    underWay.computeIfPresent(app, (_, count) -> count > 1 ? count - 1 : null);
  }

  /// Whether a line about what was refused to `app` may be written now.
  boolean mayTell(AppName app) {
    long now = nanoTime.getAsLong();
    if (now - minuteEnds >= 0) {
      minuteEnds = now + MINUTE;
      told.clear();
    }
    return told.merge(app, 1, Integer::sum) <= MOST_TOLD;
  }
}
