package io.jpm.supervise;

import io.jpm.model.RestartWindow;

/// Restart and failure counters of an instance.
///
/// @param restarts the number of restarts (PM2's `restart_time`)
/// @param unstable the number of consecutive runs shorter than `min_uptime`, including failed
///   starts
/// @param attempts the number of restarts since the instance last ran for
///   [io.jpm.model.Backoff#RESET] or a user started it. The exponential backoff grows with this
///   number. The number is not incremented further when the delay has reached its cap.
/// @param failures the failures within the restart window
public record RestartCounters(int restarts, int unstable, int attempts, Failures failures) {
  /// Counters that are all zero.
  public static final RestartCounters ZERO = new RestartCounters(0, 0, 0);

  /// Creates counters with no failures in the restart window.
  public RestartCounters(int restarts, int unstable, int attempts) {
    this(restarts, unstable, attempts, Failures.NONE);
  }

  /// The failures within one restart window. A window begins with its first failure and lasts for a
  /// fixed time; the next failure after that begins a new window. Two numbers are therefore
  /// sufficient to represent it. An app that keeps failing at a rate above the limit is detected
  /// within two windows. An app that fails less often is never given up.
  ///
  /// @param count the number of failures in the window
  /// @param sinceNanos the monotonic time of the first failure
  public record Failures(int count, long sinceNanos) {
    /// A window without failures.
    public static final Failures NONE = new Failures(0, 0);

    Failures oneMore(RestartWindow window, long now) {
      return count > 0 && isWithin(window, now)
          ? new Failures(count + 1, sinceNanos)
          : new Failures(1, now);
    }

    boolean isWithin(RestartWindow window, long now) {
      return now - sinceNanos <= window.time().toNanos();
    }

    /// Returns a copy for a new daemon, whose monotonic clock may have a different origin.
    ///
    /// @param latest an upper bound on the time of the last failure, on the new clock
    Failures rebased(long latest) {
      return count > 0 ? new Failures(count, latest) : NONE;
    }
  }

  /// Returns a copy with one more failure at `now`. Returns this object if the restart window is
  /// not limited.
  RestartCounters failedAt(long now, RestartWindow window) {
    return window.limited()
        ? new RestartCounters(restarts, unstable, attempts, failures.oneMore(window, now))
        : this;
  }

  RestartCounters rebased(long latest) {
    return new RestartCounters(restarts, unstable, attempts, failures.rebased(latest));
  }

  /// Returns the counters after a run of unknown length.
  RestartCounters afterUnmeasuredRun() {
    return new RestartCounters(restarts, 0, 0, failures);
  }

  RestartCounters restarted() {
    return new RestartCounters(restarts + 1, unstable, attempts, failures);
  }

  RestartCounters failed() {
    return new RestartCounters(restarts, unstable + 1, attempts, failures);
  }

  /// Returns the counters after a run of at least `min_uptime`.
  RestartCounters afterStableRun() {
    return new RestartCounters(restarts, 0, attempts, failures);
  }

  RestartCounters attempts(int now) {
    return new RestartCounters(restarts, unstable, now, failures);
  }

  /// Returns a copy that keeps only the number of restarts, which is displayed to the user.
  RestartCounters withFailuresReset() {
    return new RestartCounters(restarts, 0, 0);
  }
}
