package io.jpm.client;

import java.time.Duration;
import java.util.List;

/// How long a [JpmClient] waits for what. All are more than nothing.
///
/// @param connect until a daemon has let us in; 10 s
/// @param answer until a request is answered that has no deadline of its own; 30 s, since a daemon
///   says after 25 s that something takes longer
/// @param action until what changes something is done; 10 min, since a program may be given minutes
///   to end
/// @param silence until a daemon that says nothing, not even to a ping, counts as gone; 30 s
/// @param firstPause before a lost subscription is tried again; 100 ms. Each further one is twice
///   as long
/// @param longestPause 5 s
public record Timeouts(
    Duration connect,
    Duration answer,
    Duration action,
    Duration silence,
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
    for (Duration one : List.of(connect, answer, action, silence, firstPause, longestPause)) {
      if (!one.isPositive()) {
        throw new IllegalArgumentException(one + ": more than nothing expected");
      }
    }
  }

  /// What is right unless there is a reason.
  public static Timeouts usual() {
    return USUAL;
  }

  /// The same with another deadline for all answers.
  public Timeouts answer(Duration deadline) {
    return new Timeouts(connect, deadline, deadline, silence, firstPause, longestPause);
  }

  /// How long to wait after so many failures in a row, from 1 on.
  Duration pause(int failures) {
    Duration pause = firstPause;
    for (int i = 1; i < failures && pause.compareTo(longestPause) < 0; i++) {
      pause = pause.multipliedBy(2);
    }
    return pause.compareTo(longestPause) < 0 ? pause : longestPause;
  }
}
