package io.jpm.keeper;

import java.time.Duration;

/// How long to wait before the next keeper, so that one that cannot live does not cost more than
/// having none. The keeper does the same for the daemon.
///
/// @param shortLives how many in a row have lived less than [#ENOUGH], or could not be made
record RestartDelay(int shortLives) {
  static final RestartDelay FREE = new RestartDelay(0);

  private static final Duration ENOUGH = Duration.ofSeconds(10);
  private static final Duration LONGEST = Duration.ofSeconds(60);

  /// After one more end.
  RestartDelay after(Duration life) {
    return life.compareTo(ENOUGH) < 0 ? new RestartDelay(shortLives + 1) : FREE;
  }

  /// Nothing after a long life and the first short one, then 1, 2, 4 … 60 s.
  Duration pause() {
    if (shortLives <= 1) {
      return Duration.ZERO;
    }
    Duration doubled = Duration.ofSeconds(1L << Math.min(shortLives - 2, 10));
    return doubled.compareTo(LONGEST) < 0 ? doubled : LONGEST;
  }
}
