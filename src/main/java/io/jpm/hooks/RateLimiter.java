package io.jpm.hooks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Permits one item at a time and at most [#MOST] per minute. While no permit is available, only
/// the newest item is kept; the others are skipped and counted. The receiver therefore always gets
/// the latest state, and a burst of events is cheap.
///
/// Has no clock: `now` is monotonic time, in nanoseconds. Confined to HooksVerticle's context.
///
/// @param <T> the type of the items
final class RateLimiter<T> {
  /// The maximum number of items that are permitted within [#WINDOW].
  static final int MOST = 10;

  static final Duration WINDOW = Duration.ofMinutes(1);

  private final Deque<Long> passed = new ArrayDeque<>();
  private @Nullable T waiting;
  private boolean busy;
  private int missed;

  /// A permit for one item.
  ///
  /// @param missed the number of items that were skipped since the previous permit
  record Permit<T>(T item, int missed) {}

  /// Offers an item. Returns a permit if one is available now; [#done] must be called for each
  /// permit.
  Optional<Permit<T>> offer(T what, long now) {
    if (waiting != null) {
      missed++;
    }
    waiting = what;
    return poll(now);
  }

  /// Releases the last permit. Returns a permit for the waiting item if one is available.
  Optional<Permit<T>> done(long now) {
    busy = false;
    return poll(now);
  }

  /// Returns a permit for the waiting item if one is available.
  Optional<Permit<T>> poll(long now) {
    while (!passed.isEmpty() && now - passed.getFirst() >= WINDOW.toNanos()) {
      passed.remove();
    }
    T next = waiting;
    if (next == null || busy || passed.size() >= MOST) {
      return Optional.empty();
    }
    passed.add(now);
    var pass = new Permit<>(next, missed);
    waiting = null;
    missed = 0;
    busy = true;
    return Optional.of(pass);
  }

  /// Returns the time at which [#poll] should be called again. Empty unless an item is waiting only
  /// because the maximum per minute has been reached.
  OptionalLong nextPermitAt() {
    return waiting == null || busy || passed.size() < MOST
        ? OptionalLong.empty()
        : OptionalLong.of(passed.getFirst() + WINDOW.toNanos());
  }
}
