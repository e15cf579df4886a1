package io.jpm.satan.health;

import java.util.OptionalLong;

/// The state of one probe of one process.
///
/// @param due the monotonic time in nanoseconds of the next action: cancel the running attempt,
///   start the next attempt, or check whether a signal has arrived; empty if no action is pending
/// @param attempt the number of the latest attempt; results of earlier attempts are ignored
/// @param inFlight whether an attempt is running
/// @param attemptedAt the time at which the latest attempt started
/// @param failures the number of consecutive failed attempts
/// @param passes the number of consecutive passed attempts
/// @param signalled whether a signal has arrived since the last check
/// @param failureReason the reason why the latest attempt failed; empty if it passed or there was
///   none
record ProbeState(
    OptionalLong due,
    long attempt,
    boolean inFlight,
    long attemptedAt,
    int failures,
    int passes,
    boolean signalled,
    String failureReason) {
  static final ProbeState NONE = new ProbeState(OptionalLong.empty(), 0, false, 0, 0, 0, false, "");

  boolean isDue(long now) {
    return due.isPresent() && now - due.getAsLong() >= 0;
  }

  ProbeState due(long at) {
    return new ProbeState(
        OptionalLong.of(at),
        attempt,
        inFlight,
        attemptedAt,
        failures,
        passes,
        signalled,
        failureReason);
  }

  /// Returns the state in which no further action is due.
  ProbeState finished() {
    return new ProbeState(
        OptionalLong.empty(),
        attempt,
        false,
        attemptedAt,
        failures,
        passes,
        signalled,
        failureReason);
  }

  /// Returns the state after the start of the next attempt.
  ///
  /// @param until the time at which the attempt times out
  ProbeState attemptStarted(long now, long until) {
    return new ProbeState(
        OptionalLong.of(until), attempt + 1, true, now, failures, passes, signalled, failureReason);
  }

  ProbeState withSignalled(boolean sign) {
    return new ProbeState(
        due, attempt, inFlight, attemptedAt, failures, passes, sign, failureReason);
  }

  /// Returns the state after an attempt with this result. The counters saturate at the largest
  /// integer.
  ProbeState completed(ProbeResult found) {
    return switch (found) {
      case ProbeResult.Passed() ->
          new ProbeState(due, attempt, false, attemptedAt, 0, oneMore(passes), signalled, "");
      case ProbeResult.Failed(String reason) ->
          new ProbeState(due, attempt, false, attemptedAt, oneMore(failures), 0, signalled, reason);
    };
  }

  private static int oneMore(int count) {
    return count == Integer.MAX_VALUE ? count : count + 1;
  }
}
