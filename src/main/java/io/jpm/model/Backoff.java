package io.jpm.model;

import java.time.Duration;

/// The delay between the end of a process and its restart.
public sealed interface Backoff {
  /// PM2's default: no delay.
  Backoff NONE = new Constant(Duration.ZERO);

  /// The default of jpm.
  Backoff GRADUAL = new Gradual();

  /// No delay after the first consecutive early ends, as in PM2; from the third on, each delay is
  /// twice the previous one. Sixteen early ends take about half a minute. So an app survives if its
  /// database comes back within that time, and one that cannot run is given up soon.
  record Gradual() implements Backoff {
    /// The number of consecutive early ends without a delay.
    public static final int FREE = 2;

    /// The first delay.
    public static final Duration INITIAL = Duration.ofMillis(100);

    /// The longest delay.
    public static final Duration CAP = Duration.ofSeconds(3);

    /// Returns the delay after `unstable` consecutive early ends.
    public static Duration after(int unstable) {
      if (unstable <= FREE) {
        return Duration.ZERO;
      }
      int doublings = Math.min(unstable - FREE - 1, 10);
      Duration wait = INITIAL.multipliedBy(1L << doublings);
      return wait.compareTo(CAP) < 0 ? wait : CAP;
    }
  }

  /// A constant delay (PM2's `restart_delay`).
  ///
  /// @param delay 0 or longer
  record Constant(Duration delay) implements Backoff {
    public Constant {
      if (delay.isNegative()) {
        throw new IllegalArgumentException("restart_delay: use 0 or more");
      }
    }
  }

  /// A delay that increases with each restart (PM2's `exp_backoff_restart_delay`), until the app
  /// has run for [#RESET] or a user starts it.
  ///
  /// @param initial the first delay, more than 0
  /// @param cap the longest delay
  /// @param jitter the fraction by which each delay is randomly shorter or longer, 0 to 1, so that
  ///   a hundred apps whose database went away do not restart at the same instant
  record Exponential(Duration initial, Duration cap, double jitter) implements Backoff {
    /// The factor between two consecutive delays (PM2).
    public static final double FACTOR = 1.5;

    /// The default of the longest delay (PM2).
    public static final Duration DEFAULT_CAP = Duration.ofSeconds(15);

    public Exponential {
      if (initial.isNegative() || initial.isZero()) {
        throw new IllegalArgumentException("exp_backoff_restart_delay: use more than 0");
      }
      if (cap.compareTo(initial) < 0) {
        throw new IllegalArgumentException(
            "max_restart_delay is shorter than exp_backoff_restart_delay");
      }
      if (!(jitter >= 0 && jitter <= 1)) {
        throw new IllegalArgumentException("restart_jitter: use 0 to 1");
      }
    }
  }

  /// After a run of this length the next delay is the first one again (PM2's
  /// `EXP_BACKOFF_RESET_TIMER`).
  Duration RESET = Duration.ofSeconds(30);
}
