package io.jpm.supervise;

import io.jpm.model.RestartWindow;

/// What is counted about the restarts of an instance.
///
/// @param restarts how often it was started again (PM2's `restart_time`)
/// @param unstable ends in a row that came sooner than `min_uptime`
/// @param attempts restarts since it last ran for [io.jpm.model.Backoff#RESET] or a person started
///   it, by which an exponential backoff grows; not counted on where the wait has come to its cap
/// @param failures failures within the restart window
public record Counters(int restarts, int unstable, int attempts, Failures failures) {
  /// Nothing yet.
  public static final Counters ZERO = new Counters(0, 0, 0);

  /// Without failures.
  public Counters(int restarts, int unstable, int attempts) {
    this(restarts, unstable, attempts, Failures.NONE);
  }

  /// Failures within one window: how many since the first of them. A window ends when its time is
  /// over, and the next failure begins another one, so that two numbers tell all. An app that fails
  /// on and on so fast that it must be given up is found within two windows at the latest, and none
  /// is that does not.
  ///
  /// @param count how many
  /// @param sinceNanos monotonic time of the first
  public record Failures(int count, long sinceNanos) {
    /// Nothing yet.
    public static final Failures NONE = new Failures(0, 0);

    Failures oneMore(RestartWindow window, long now) {
      return count > 0 && isWithin(window, now)
          ? new Failures(count + 1, sinceNanos)
          : new Failures(1, now);
    }

    boolean isWithin(RestartWindow window, long now) {
      return now - sinceNanos <= window.time().toNanos();
    }

    /// For another daemon, whose monotonic clock may be another one.
    ///
    /// @param latest when the last of them may have been at the latest
    Failures rebased(long latest) {
      return count > 0 ? new Failures(count, latest) : NONE;
    }
  }

  /// Another failure at `now`.
  Counters failedAt(long now, RestartWindow window) {
    return window.limited()
        ? new Counters(restarts, unstable, attempts, failures.oneMore(window, now))
        : this;
  }

  Counters rebased(long latest) {
    return new Counters(restarts, unstable, attempts, failures.rebased(latest));
  }

  /// After a run of which it is not known how long it was.
  Counters unmeasured() {
    return new Counters(restarts, 0, 0, failures);
  }

  Counters restarted() {
    return new Counters(restarts + 1, unstable, attempts, failures);
  }

  Counters failed() {
    return new Counters(restarts, unstable + 1, attempts, failures);
  }

  /// After a run that was long enough to be stable.
  Counters steadied() {
    return new Counters(restarts, 0, attempts, failures);
  }

  Counters attempts(int now) {
    return new Counters(restarts, unstable, now, failures);
  }

  /// Only what is for show is kept.
  Counters forgiven() {
    return new Counters(restarts, 0, 0);
  }
}
