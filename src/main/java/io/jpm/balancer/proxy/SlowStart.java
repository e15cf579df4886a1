package io.jpm.balancer.proxy;

import java.time.Duration;

/// Increases the load of an instance that has just become ready, from a tenth to all of it within
/// five seconds, so that it can warm up.
///
/// @param from when it became ready, monotonic nanoseconds
/// @param reduced whether it begins with a part of its load; false if no other instance can take
///   the rest
record SlowStart(long from, boolean reduced) {
  static final Duration LENGTH = Duration.ofSeconds(5);

  private static final double FIRST_SHARE = 0.1;

  /// Returns a start with the full load.
  static SlowStart none(long now) {
    return new SlowStart(now, false);
  }

  double weight(long now) {
    double done = (double) (now - from) / LENGTH.toNanos();
    return reduced ? Math.clamp(done, FIRST_SHARE, 1) : 1;
  }

  /// Reports whether it has been ready long enough to take the load that others leave. This holds
  /// for one that began with the full load too: after an app's start all instances are new, and
  /// none is spared.
  boolean isOver(long now) {
    return now - from >= LENGTH.toNanos();
  }
}
