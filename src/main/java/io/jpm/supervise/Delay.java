package io.jpm.supervise;

import io.jpm.model.Backoff;
import java.time.Duration;
import java.util.SplittableRandom;

/// How long to wait before a restart.
final class Delay {
  private Delay() {}

  /// The wait before the next restart after these ends.
  static Duration of(Backoff backoff, Counters counters, long seed) {
    return switch (backoff) {
      case Backoff.Gradual _ -> Backoff.Gradual.after(counters.unstable());
      case Backoff.Constant _, Backoff.Exponential _ -> of(backoff, counters.attempts(), seed);
    };
  }

  /// The same by one number.
  ///
  /// @param attempts restarts since the last good run
  /// @param seed what tells this wait from others: the same seed gives the same jitter
  static Duration of(Backoff backoff, int attempts, long seed) {
    return switch (backoff) {
      case Backoff.Gradual _ -> Backoff.Gradual.after(attempts);
      case Backoff.Constant(Duration delay) -> delay;
      case Backoff.Exponential growing -> jittered(growing, millis(growing, attempts), seed);
    };
  }

  /// Whether one more restart makes the wait longer.
  static boolean grows(Backoff backoff, int attempts) {
    return switch (backoff) {
      case Backoff.Constant _, Backoff.Gradual _ -> false;
      case Backoff.Exponential growing -> millis(growing, attempts) < growing.cap().toMillis();
    };
  }

  /// PM2's series: each the one before times [Backoff.Exponential#FACTOR], without fractions; at
  /// least 1 ms more, since its 1 ms would stay 1 ms for ever.
  private static long millis(Backoff.Exponential growing, int attempts) {
    long cap = growing.cap().toMillis();
    long millis = Math.min(cap, Math.max(1, growing.initial().toMillis()));
    for (int i = 0; i < attempts && millis < cap; i++) {
      long longer = (long) (millis * Backoff.Exponential.FACTOR);
      millis = Math.min(cap, Math.max(longer, millis + 1));
    }
    return millis;
  }

  private static Duration jittered(Backoff.Exponential growing, long millis, long seed) {
    if (growing.jitter() == 0) {
      return Duration.ofMillis(millis);
    }
    double part = new SplittableRandom(seed).nextDouble(-1, 1);
    long moved = Math.round(millis * (1 + growing.jitter() * part));
    return Duration.ofMillis(Math.clamp(moved, 1, Math.max(1, growing.cap().toMillis())));
  }
}
