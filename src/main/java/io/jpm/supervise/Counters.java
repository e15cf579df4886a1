package io.jpm.supervise;

/// What is counted about the restarts of an instance.
///
/// @param restarts how often it was started again (PM2's `restart_time`)
/// @param unstable ends in a row that came sooner than `min_uptime`
/// @param attempts restarts since it last ran for [io.jpm.model.Backoff#RESET] or a person started
///   it, by which an exponential backoff grows; not counted on where the wait has come to its cap
public record Counters(int restarts, int unstable, int attempts) {
  /// Nothing yet.
  public static final Counters ZERO = new Counters(0, 0, 0);

  Counters restarted() {
    return new Counters(restarts + 1, unstable, attempts);
  }

  Counters failed() {
    return new Counters(restarts, unstable + 1, attempts);
  }

  /// After a run that was long enough to be stable.
  Counters steadied() {
    return new Counters(restarts, 0, attempts);
  }

  Counters attempts(int now) {
    return new Counters(restarts, unstable, now);
  }

  /// Only what is for show is kept.
  Counters forgiven() {
    return new Counters(restarts, 0, 0);
  }
}
