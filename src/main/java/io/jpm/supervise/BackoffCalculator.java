package io.jpm.supervise;

import io.jpm.model.Backoff;
import java.time.Duration;
import java.util.SplittableRandom;

/// Calculates the delay before a restart.
final class BackoffCalculator {
  private BackoffCalculator() {}

  /// Returns the delay before the next restart.
  ///
  /// @param seed the seed of the jitter; the same seed results in the same jitter
  static Duration delay(Backoff backoff, RestartCounters restartCounters, long seed) {
    return switch (backoff) {
      case Backoff.Gradual _ -> Backoff.Gradual.after(restartCounters.unstable());
      case Backoff.Constant _, Backoff.Exponential _ ->
          delay(backoff, restartCounters.attempts(), seed);
    };
  }

  /// Returns the delay before the next restart after `attempts` restarts.
  ///
  /// @param attempts the number of restarts since the last stable run
  /// @param seed the seed of the jitter; the same seed results in the same jitter
  static Duration delay(Backoff backoff, int attempts, long seed) {
    return switch (backoff) {
      case Backoff.Gradual _ -> Backoff.Gradual.after(attempts);
      case Backoff.Constant(Duration delay) -> delay;
      case Backoff.Exponential growing -> jittered(growing, millis(growing, attempts), seed);
    };
  }

  /// Reports whether one more restart increases the delay.
  static boolean grows(Backoff backoff, int attempts) {
    return switch (backoff) {
      case Backoff.Constant _, Backoff.Gradual _ -> false;
      case Backoff.Exponential growing -> millis(growing, attempts) < growing.cap().toMillis();
    };
  }

  /// Returns the delay according to PM2's series: each value is the previous one times
  /// [Backoff.Exponential#FACTOR], rounded down. Each step adds at least 1 ms, because a delay of 1
  /// ms would never grow otherwise.
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
