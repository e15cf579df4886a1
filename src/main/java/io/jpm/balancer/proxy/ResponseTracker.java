package io.jpm.balancer.proxy;

import java.time.Duration;
import java.util.stream.Stream;

/// Tracks the first responses that an instance owes, to detect that it hangs. Only the first bytes
/// in each direction of a connection count, so an idle WebSocket or an unused connection is never
/// considered hanging. Immutable.
///
/// @param unanswered the number of connections on which a request was forwarded to the instance but
///   no byte has come back yet
/// @param since when the instance began to owe responses or last answered on a new connection,
///   whichever is later; in monotonic nanoseconds; meaningful only if `unanswered` is not 0
/// @param hasAnswered whether the instance has ever answered
/// @param last when the instance last answered, in monotonic nanoseconds
record ResponseTracker(int unanswered, long since, boolean hasAnswered, long last) {
  /// How long an instance may be silent before new connections are sent to other instances that
  /// answer. If the instance is only working on a long request, nothing is lost, because it keeps
  /// its existing connections.
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /// The state of an instance that has never received a request.
  static final ResponseTracker NONE = new ResponseTracker(0, 0, false, 0);

  /// Returns the state after a request was sent on one more connection.
  ResponseTracker requestSent(long now) {
    return new ResponseTracker(unanswered + 1, unanswered == 0 ? now : since, hasAnswered, last);
  }

  /// Returns the state after the instance has sent its first byte on a connection with a request.
  ResponseTracker answered(long now) {
    return new ResponseTracker(unanswered - 1, now, true, now);
  }

  /// Returns the state after the instance has sent the first byte on a connection without a
  /// request.
  ResponseTracker spokeFirst(long now) {
    return new ResponseTracker(unanswered, now, true, now);
  }

  /// Returns the state after a connection was closed without an answer.
  ResponseTracker connectionEnded() {
    return new ResponseTracker(unanswered - 1, since, hasAnswered, last);
  }

  /// Returns how long the instance has owed an answer without sending one, in nanoseconds.
  long unansweredNanos(long now) {
    return unanswered == 0 ? 0 : Math.max(0, now - since);
  }

  /// Reports whether the instance has been silent for too long while another instance has answered.
  /// If all instances are silent, none of them hangs, because slow answers are then normal for the
  /// app.
  ///
  /// @param others the states of the other instances that may receive new connections
  boolean isHanging(long now, Stream<ResponseTracker> others) {
    return isLong(now)
        && others.anyMatch(
            other -> !other.isLong(now) && other.hasAnswered && other.last - since > 0);
  }

  private boolean isLong(long now) {
    return unansweredNanos(now) >= PATIENCE.toNanos();
  }
}
