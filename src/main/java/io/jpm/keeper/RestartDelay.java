package io.jpm.keeper;

import java.time.Duration;

/// Determines the delay before the next keeper is started, so that a keeper that cannot run does
/// not cost more than having none. The keeper uses the same delays for the daemon.
///
/// @param earlyExits how many keepers in a row have lived less than [#ENOUGH], or could not be
///   started
record RestartDelay(int earlyExits) {
  static final RestartDelay NONE = new RestartDelay(0);

  private static final Duration ENOUGH = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /// Returns the delay state after a keeper that has lived for `life`.
  RestartDelay after(Duration life) {
    return life.compareTo(ENOUGH) < 0 ? new RestartDelay(earlyExits + 1) : NONE;
  }

  /// Returns zero after a long life and after the first short one, then 1, 2, 4 … 60 s.
  Duration pause() {
    if (earlyExits <= 1) {
      return Duration.ZERO;
    }
    Duration doubled = Duration.ofSeconds(1L << Math.min(earlyExits - 2, 10));
    return doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
  }
}
