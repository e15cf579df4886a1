package io.jpm.client;

import java.time.Duration;
import java.util.List;

/// The timeouts and retry delays of a [JpmClient]. All must be positive.
///
/// @param connect how long connecting and authenticating may take; 10 s by default
/// @param answer how long to wait for the reply to a subscription or to a request that only reads;
///   30 s by default, because a daemon reports after 25 s that a request takes longer
/// @param action how long to wait for the completion of a request that changes something; 10 min by
///   default, because an app may be given minutes to stop
/// @param idle how long a daemon can send nothing, not even a reply to a ping, before it is
///   considered dead; 30 s by default
/// @param firstPause the delay before the first attempt to restore a lost subscription; 100 ms by
///   default. Each further delay is twice as long
/// @param longestPause the maximum delay; 5 s by default
public record Timeouts(
    Duration connect,
    Duration answer,
    Duration action,
    Duration idle,
    Duration firstPause,
    Duration longestPause) {
  private static final Timeouts DEFAULTS =
      new Timeouts(
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofMinutes(10),
          Duration.ofSeconds(30),
          Duration.ofMillis(100),
          Duration.ofSeconds(5));

  public Timeouts {
    for (Duration one : List.of(connect, answer, action, idle, firstPause, longestPause)) {
      if (!one.isPositive()) {
        throw new IllegalArgumentException(
            "timeout " + one + ": expected a positive duration, such as PT5S");
      }
    }
  }

  /// Returns the default timeouts.
  public static Timeouts defaults() {
    return DEFAULTS;
  }

  /// Returns a copy that uses `deadline` for all replies ([#answer] and [#action]).
  public Timeouts answer(Duration deadline) {
    return new Timeouts(connect, deadline, deadline, idle, firstPause, longestPause);
  }

  /// Returns the delay after the given number of consecutive failures, which is at least 1.
  Duration pause(int failures) {
    Duration pause = firstPause;
    for (int i = 1; i < failures && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
