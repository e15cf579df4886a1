package io.jpm.satan;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/// Keeps the longest latency and the number of missed answers of the last ten minutes, in periods
/// of at least one minute. A period is dropped ten minutes after its start.
///
/// Callers pass the time: `now` is the monotonic time in nanoseconds and must never decrease. Not
/// thread-safe.
final class LatencyWindow {
  private static final int MINUTES = 10;
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Deque<Minute> minutes = new ArrayDeque<>();

  /// @param start the time at which the period began
  private record Minute(long start, long worstNanos, int missed) {}

  /// Records a duration.
  void recordLatency(long nanos, long now) {
    Minute minute = minute(now);
    minutes.add(new Minute(minute.start(), Math.max(minute.worstNanos(), nanos), minute.missed()));
  }

  /// Records a missed answer.
  void recordMiss(long now) {
    Minute minute = minute(now);
    minutes.add(new Minute(minute.start(), minute.worstNanos(), minute.missed() + 1));
  }

  Duration worst(long now) {
    forget(now);
    return Duration.ofNanos(minutes.stream().mapToLong(Minute::worstNanos).max().orElse(0));
  }

  int missedCount(long now) {
    forget(now);
    return minutes.stream().mapToInt(Minute::missed).sum();
  }

  /// Removes the current period from the window and returns it; returns a new period if the current
  /// one is over.
  private Minute minute(long now) {
    forget(now);
    return minutes.isEmpty() || now - minutes.getLast().start() >= MINUTE
        ? new Minute(now, 0, 0)
        : minutes.removeLast();
  }

  private void forget(long now) {
    while (!minutes.isEmpty() && now - minutes.getFirst().start() >= MINUTES * MINUTE) {
      minutes.removeFirst();
    }
  }
}
