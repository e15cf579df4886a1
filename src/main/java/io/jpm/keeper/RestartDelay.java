package io.jpm.keeper;

import java.time.Duration;

/// The backoff for starting keepers: a keeper that exits immediately is started less and less
/// often. The keeper uses the same delays for restarting the daemon.
///
/// @param earlyExits the number of consecutive keepers that ran for less than [#MIN_LIFETIME] or
///   could not be started
record RestartDelay(int earlyExits) {
  static final RestartDelay NONE = new RestartDelay(0);

  private static final Duration MIN_LIFETIME = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /// Returns the backoff after a keeper that has run for `life`.
  RestartDelay after(Duration life) {
    return life.compareTo(MIN_LIFETIME) < 0 ? new RestartDelay(earlyExits + 1) : NONE;
  }

  /// Returns the delay before the next start: zero after a long-lived keeper and after the first
  /// short-lived one, then 1, 2, 4 … 60 s.
  Duration delay() {
    if (earlyExits <= 1) {
      return Duration.ZERO;
    }
    Duration doubled = Duration.ofSeconds(1L << Math.min(earlyExits - 2, 10));
    return doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
  }
}
