package io.jpm.satan.health;

import java.util.OptionalLong;

/// The state of one probe of one process.
///
/// @param due the monotonic time in nanoseconds at which the next action is due: the running
///   attempt is abandoned, the next one starts, or a signal must have arrived; empty if no action
///   is due
/// @param attempt the number of the latest attempt; a result of an earlier one is too late
/// @param asking whether an attempt is running
/// @param askedAt when the latest attempt started
/// @param failures the number of consecutive failed attempts
/// @param passes the number of consecutive passed attempts
/// @param heard whether a signal has arrived since the last check for it
/// @param finding why the latest attempt failed; empty if it passed or there was none
record ProbeState(
    OptionalLong due,
    long attempt,
    boolean asking,
    long askedAt,
    int failures,
    int passes,
    boolean heard,
    String finding) {
  static final ProbeState NONE = new ProbeState(OptionalLong.empty(), 0, false, 0, 0, 0, false, "");

  boolean isDue(long now) {
    return due.isPresent() && now - due.getAsLong() >= 0;
  }

  ProbeState due(long at) {
    return new ProbeState(
        OptionalLong.of(at), attempt, asking, askedAt, failures, passes, heard, finding);
  }

  /// Returns the state in which no further action is due.
  ProbeState over() {
    return new ProbeState(
        OptionalLong.empty(), attempt, false, askedAt, failures, passes, heard, finding);
  }

  /// Returns the state after the start of the next attempt.
  ///
  /// @param until when the attempt times out
  ProbeState asked(long now, long until) {
    return new ProbeState(
        OptionalLong.of(until), attempt + 1, true, now, failures, passes, heard, finding);
  }

  ProbeState heard(boolean sign) {
    return new ProbeState(due, attempt, asking, askedAt, failures, passes, sign, finding);
  }

  /// Returns the state after the end of an attempt. The counters saturate at the largest integer.
  ProbeState found(ProbeResult found) {
    return switch (found) {
      case ProbeResult.Passed() ->
          new ProbeState(due, attempt, false, askedAt, 0, oneMore(passes), heard, "");
      case ProbeResult.Failed(String reason) ->
          new ProbeState(due, attempt, false, askedAt, oneMore(failures), 0, heard, reason);
    };
  }

  private static int oneMore(int count) {
    return count == Integer.MAX_VALUE ? count : count + 1;
  }
}
