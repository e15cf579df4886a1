package io.jpm.model;

import java.time.Duration;

/// The delay between the exit of a process and its restart.
public sealed interface Backoff {
  /// PM2's default: an immediate restart.
  Backoff NONE = new Constant(Duration.ZERO);

  /// The default of jpm: a delay that increases from the third consecutive early exit on.
  Backoff GRADUAL = new Gradual();

  /// No delay after the first two consecutive early exits, as in PM2. From the third on, each delay
  /// is twice as long as the previous one, up to [#CAP]. Sixteen early exits take about half a
  /// minute. An app therefore survives a short outage of its database, and an app that cannot run
  /// soon becomes `errored`.
  record Gradual() implements Backoff {
    /// The number of consecutive early exits that are followed by an immediate restart.
    public static final int FREE = 2;

    /// The first delay that is not zero.
    public static final Duration INITIAL = Duration.ofMillis(100);

    /// The longest delay.
    public static final Duration CAP = Duration.ofSeconds(3);

    /// Returns the delay after `unstable` consecutive early exits.
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
  /// @param delay the delay; 0 or longer
  record Constant(Duration delay) implements Backoff {
    public Constant {
      if (delay.isNegative()) {
        throw new IllegalArgumentException("restart_delay must not be negative");
      }
    }
  }

  /// A delay that increases with each restart (PM2's `exp_backoff_restart_delay`), until the app
  /// has run for [#RESET] or is started by a user.
  ///
  /// @param initial the first delay; greater than 0
  /// @param cap the longest delay
  /// @param jitter the fraction by which each delay is randomly shortened or lengthened, 0 to 1.
  ///   This prevents many apps that lost the same database from restarting at the same moment
  record Exponential(Duration initial, Duration cap, double jitter) implements Backoff {
    /// The factor by which each delay is longer than the previous one, as in PM2.
    public static final double FACTOR = 1.5;

    /// The default of [#cap], as in PM2.
    public static final Duration DEFAULT_CAP = Duration.ofSeconds(15);

    public Exponential {
      if (initial.isNegative() || initial.isZero()) {
        throw new IllegalArgumentException("exp_backoff_restart_delay must be greater than 0");
      }
      if (cap.compareTo(initial) < 0) {
        throw new IllegalArgumentException(
            "max_restart_delay must not be shorter than exp_backoff_restart_delay");
      }
      if (!(jitter >= 0 && jitter <= 1)) {
        throw new IllegalArgumentException("restart_jitter must be between 0 and 1");
      }
    }
  }

  /// The uptime after which the delay is reset to its initial value (PM2's
  /// `EXP_BACKOFF_RESET_TIMER`).
  Duration RESET = Duration.ofSeconds(30);
}
