package io.jpm.satan.health;

import java.util.OptionalLong;

/// How far one check of one process is.
///
/// @param due when the next thing happens, monotonic nanoseconds: the attempt under way is given
///   up, the next one begins, or a sign must have come; empty: nothing
/// @param attempt counts the attempts; what answers an older one is late
/// @param asking whether an attempt is under way
/// @param askedAt when the latest one began
/// @param failures failed attempts in a row
/// @param passes passed ones in a row
/// @param heard whether a sign has come since it was looked for last
/// @param finding why the latest attempt failed; empty: it has passed, or there was none
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

  /// Nothing more happens.
  ProbeState over() {
    return new ProbeState(
        OptionalLong.empty(), attempt, false, askedAt, failures, passes, heard, finding);
  }

  /// The next attempt begins.
  ///
  /// @param until when it is given up
  ProbeState asked(long now, long until) {
    return new ProbeState(
        OptionalLong.of(until), attempt + 1, true, now, failures, passes, heard, finding);
  }

  ProbeState heard(boolean sign) {
    return new ProbeState(due, attempt, asking, askedAt, failures, passes, sign, finding);
  }

  /// An attempt is over. Counts stop where they are as large as any threshold.
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
