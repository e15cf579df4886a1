package io.jpm.model;

import java.time.Duration;

/// How long to wait before an ended process is started again.
public sealed interface Backoff {
  /// PM2's default: at once.
  Backoff NONE = new Constant(Duration.ZERO);

  /// Where an app's owner says nothing.
  Backoff GRADUAL = new Gradual();

  /// At once after the first ends in a row that came too soon, as in PM2; from the third on each
  /// wait is twice the one before. Sixteen such ends take about half a minute, so that an app whose
  /// database comes back within that time survives, and one that cannot live is given up soon.
  record Gradual() implements Backoff {
    /// So many ends in a row are answered at once.
    public static final int FREE = 2;

    /// The first wait.
    public static final Duration INITIAL = Duration.ofMillis(100);

    /// The longest wait.
    public static final Duration CAP = Duration.ofSeconds(3);

    /// The wait after so many ends in a row that came too soon.
    public static Duration after(int unstable) {
      if (unstable <= FREE) {
        return Duration.ZERO;
      }
      int doublings = Math.min(unstable - FREE - 1, 10);
      Duration wait = INITIAL.multipliedBy(1L << doublings);
      return wait.compareTo(CAP) < 0 ? wait : CAP;
    }
  }

  /// Always the same (PM2's `restart_delay`).
  ///
  /// @param delay 0 or longer
  record Constant(Duration delay) implements Backoff {
    public Constant {
      if (delay.isNegative()) {
        throw new IllegalArgumentException("restart_delay: use 0 or more");
      }
    }
  }

  /// Longer from restart to restart (PM2's `exp_backoff_restart_delay`), until the app has run for
  /// [#RESET] or a person starts it.
  ///
  /// @param initial the first wait, more than 0
  /// @param cap the longest wait
  /// @param jitter by what part of itself each wait may be shorter or longer, 0 to 1, so that a
  ///   hundred apps whose database went away do not come back in the same instant
  record Exponential(Duration initial, Duration cap, double jitter) implements Backoff {
    /// By how much each wait is longer than the one before (PM2).
    public static final double FACTOR = 1.5;

    /// The longest wait unless said otherwise (PM2).
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

  /// A run this long shows that the trouble is over: the next wait is the first again (PM2's
  /// `EXP_BACKOFF_RESET_TIMER`).
  Duration RESET = Duration.ofSeconds(30);
}
