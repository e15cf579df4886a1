package io.jpm.satan;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/// The worst time and the number of misses of the last 10 minutes, by the minute: what is older
/// than 10 minutes is forgotten at latest with the eleventh.
///
/// Has no clock: `now` is monotonic nanoseconds and does not go back. Owned by whoever made it.
final class RecentMinutes {
  private static final int MINUTES = 10;
  private static final long MINUTE = Duration.ofMinutes(1).toNanos();

  private final Deque<Minute> minutes = new ArrayDeque<>();

  /// @param start when it began
  private record Minute(long start, long worstNanos, int missed) {}

  /// Something took so long.
  void took(long nanos, long now) {
    Minute minute = minute(now);
    minutes.add(new Minute(minute.start(), Math.max(minute.worstNanos(), nanos), minute.missed()));
  }

  /// Something did not come in time.
  void missed(long now) {
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

  /// Takes the present minute out.
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
