package io.jpm.hooks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Permits one item at a time and at most [#MOST] per minute. Of the items that arrive meanwhile,
/// the newest waits and the others are counted. The receiver therefore gets the latest state in the
/// end, and a burst of events costs little.
///
/// Has no clock: `now` is in monotonic nanoseconds. Confined to HooksVerticle's context.
///
/// @param <T> the type of the items
final class RateLimiter<T> {
  /// The number of items that are permitted within [#WINDOW].
  static final int MOST = 10;

  static final Duration WINDOW = Duration.ofMinutes(1);

  private final Deque<Long> passed = new ArrayDeque<>();
  private @Nullable T waiting;
  private boolean busy;
  private int missed;

  /// A permit for one item.
  ///
  /// @param missed how many items since the previous permit were skipped
  record Permit<T>(T item, int missed) {}

  /// Offers an item. Returns a permit if there is one now; [#done] must be called for each permit.
  Optional<Permit<T>> offer(T what, long now) {
    if (waiting != null) {
      missed++;
    }
    waiting = what;
    return poll(now);
  }

  /// Ends the use of the last permit. Returns the permit for the waiting item, if it may proceed.
  Optional<Permit<T>> done(long now) {
    busy = false;
    return poll(now);
  }

  /// Returns the permit for the waiting item, if it may proceed.
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

  /// Returns the time at which [#poll] should be called again; empty unless the waiting item waits
  /// for time alone.
  OptionalLong nextPermitAt() {
    return waiting == null || busy || passed.size() < MOST
        ? OptionalLong.empty()
        : OptionalLong.of(passed.getFirst() + WINDOW.toNanos());
  }
}
