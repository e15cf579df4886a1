package io.jpm.client;

import java.time.Duration;
import java.util.List;

/// The timeouts and retry delays of a [JpmClient]. All must be positive.
///
/// @param connect until a connection is established and authenticated; default 10 s
/// @param answer until a request that only reads, or a subscription, is answered; default 30 s,
///   because a daemon reports after 25 s that a request takes longer
/// @param action until a request that changes something is completed; default 10 min, because an
///   app may be given minutes to stop
/// @param idle until a daemon that sends nothing, not even an answer to a ping, is considered dead;
///   default 30 s
/// @param firstPause the delay before the first attempt to restore a lost subscription; default 100
///   ms. Each further delay is twice as long
/// @param longestPause the maximum delay; default 5 s
public record Timeouts(
    Duration connect,
    Duration answer,
    Duration action,
    Duration idle,
    Duration firstPause,
    Duration longestPause) {
  private static final Timeouts USUAL =
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
        throw new IllegalArgumentException(one + ": expected a positive duration, such as PT5S");
      }
    }
  }

  /// Returns the default timeouts.
  public static Timeouts defaults() {
    return USUAL;
  }

  /// Returns a copy with `deadline` as the timeout of all answers ([#answer] and [#action]).
  public Timeouts answer(Duration deadline) {
    return new Timeouts(connect, deadline, deadline, idle, firstPause, longestPause);
  }

  /// Returns the delay after this number of consecutive failures, from 1.
  Duration pause(int failures) {
    Duration pause = firstPause;
    for (int i = 1; i < failures && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
