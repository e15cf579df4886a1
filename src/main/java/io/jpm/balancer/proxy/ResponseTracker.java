package io.jpm.balancer.proxy;

import java.time.Duration;
import java.util.stream.Stream;

/// Tracks the first responses that an instance owes, to detect that it hangs. Only the first bytes
/// of a connection count, in both directions, so that neither a WebSocket nor an unused connection
/// is ever waited for. Immutable.
///
/// @param unanswered the number of connections over which it was asked and has not sent a byte yet
/// @param since when it began to owe, or last answered over a new connection if that was later;
///   monotonic nanoseconds, meaningful only while it owes something
/// @param hasAnswered whether it has ever answered
/// @param last when it last answered
record ResponseTracker(int unanswered, long since, boolean hasAnswered, long last) {
  /// How long an instance may be silent before its new connections go to others that answer. If it
  /// is only working on something long, nothing is lost: it keeps the connections that it has.
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /// The state of an instance that was never asked anything.
  static final ResponseTracker NONE = new ResponseTracker(0, 0, false, 0);

  /// Returns the state after a request over one more connection.
  ResponseTracker requestSent(long now) {
    return new ResponseTracker(unanswered + 1, unanswered == 0 ? now : since, hasAnswered, last);
  }

  /// Returns the state after its first byte over a connection with a request.
  ResponseTracker answered(long now) {
    return new ResponseTracker(unanswered - 1, now, true, now);
  }

  /// Returns the state after it has sent the first byte of a connection.
  ResponseTracker spokeFirst(long now) {
    return new ResponseTracker(unanswered, now, true, now);
  }

  /// Returns the state after a connection has ended without an answer.
  ResponseTracker connectionEnded() {
    return new ResponseTracker(unanswered - 1, since, hasAnswered, last);
  }

  /// Returns for how many nanoseconds it has owed an answer without giving any.
  long unansweredNanos(long now) {
    return unanswered == 0 ? 0 : Math.max(0, now - since);
  }

  /// Reports whether it is silent for too long while another instance has answered since. If all
  /// are silent, none hangs: long answers are then usual for the app.
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
