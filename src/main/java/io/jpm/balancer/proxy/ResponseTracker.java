package io.jpm.balancer.proxy;

import java.time.Duration;
import java.util.stream.Stream;

/// What an instance owes: first answers. Only the first bytes over a connection count, in both
/// directions, so neither a WebSocket nor a connection on which nobody asks anything is ever waited
/// for. Immutable.
///
/// @param owed connections over which it was asked and has not sent a byte yet
/// @param since when it began to owe, or last answered over a new connection if that was later;
///   monotonic nanoseconds, of use while it owes something
/// @param heard whether it has ever answered
/// @param last when it last did
record ResponseTracker(int owed, long since, boolean heard, long last) {
  /// How long an instance may say nothing before others that do answer get its new connections.
  /// Where it only works on something long nothing is lost: what it has it keeps.
  static final Duration PATIENCE = Duration.ofSeconds(3);

  /// Of an instance that nobody has asked anything.
  static final ResponseTracker NONE = new ResponseTracker(0, 0, false, 0);

  /// It was asked over one more connection.
  ResponseTracker asked(long now) {
    return new ResponseTracker(owed + 1, owed == 0 ? now : since, heard, last);
  }

  /// It has sent its first byte over a connection that it was asked over.
  ResponseTracker answered(long now) {
    return new ResponseTracker(owed - 1, now, true, now);
  }

  /// It has spoken first over a connection.
  ResponseTracker spoken(long now) {
    return new ResponseTracker(owed, now, true, now);
  }

  /// A connection has ended without an answer.
  ResponseTracker gone() {
    return new ResponseTracker(owed - 1, since, heard, last);
  }

  /// For how many nanoseconds it has owed something and answered nobody.
  long length(long now) {
    return owed == 0 ? 0 : Math.max(0, now - since);
  }

  /// Whether it says nothing for too long while another one, that has been asked since, answers.
  /// Where all are silent none of them hangs: then it is the nature of what they do.
  ///
  /// @param others of the instances that new connections may go to
  boolean hangs(long now, Stream<ResponseTracker> others) {
    return isLong(now)
        && others.anyMatch(other -> !other.isLong(now) && other.heard && other.last - since > 0);
  }

  private boolean isLong(long now) {
    return length(now) >= PATIENCE.toNanos();
  }
}
