package io.jpm.hooks;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Lets one thing pass at a time, and so many within a minute. Of those that come meanwhile the
/// newest waits and the others are counted: whoever is told learns the latest state in the end, and
/// a storm costs as much as a breeze.
///
/// Has no clock: `now` is monotonic nanoseconds. Owned by HooksVerticle's context.
///
/// @param <T> what passes
final class RateLimiter<T> {
  /// How many pass within [#WINDOW].
  static final int MOST = 10;

  static final Duration WINDOW = Duration.ofMinutes(1);

  private final Deque<Long> passed = new ArrayDeque<>();
  private @Nullable T waiting;
  private boolean busy;
  private int missed;

  /// It may pass now.
  ///
  /// @param missed how many before it never passed
  record Pass<T>(T what, int missed) {}

  /// Something comes. What it gives may pass now; [#done] must be called for it.
  Optional<Pass<T>> offer(T what, long now) {
    if (waiting != null) {
      missed++;
    }
    waiting = what;
    return look(now);
  }

  /// What has passed last is through.
  Optional<Pass<T>> done(long now) {
    busy = false;
    return look(now);
  }

  /// Lets pass what waits, if it may.
  Optional<Pass<T>> look(long now) {
    while (!passed.isEmpty() && now - passed.getFirst() >= WINDOW.toNanos()) {
      passed.remove();
    }
    T next = waiting;
    if (next == null || busy || passed.size() >= MOST) {
      return Optional.empty();
    }
    passed.add(now);
    var pass = new Pass<>(next, missed);
    waiting = null;
    missed = 0;
    busy = true;
    return Optional.of(pass);
  }

  /// When [#look] is worth a call, where only time has to pass for that.
  OptionalLong opensAt() {
    return waiting == null || busy || passed.size() < MOST
        ? OptionalLong.empty()
        : OptionalLong.of(passed.getFirst() + WINDOW.toNanos());
  }
}
