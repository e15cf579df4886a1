package io.jpm.balancer.proxy;

import java.time.Duration;

/// Gradually increases the load of an instance that has just become ready, from a tenth of its
/// share to all of it within five seconds, so it can warm up.
///
/// @param from the time at which it became ready, in monotonic nanoseconds
/// @param reduced whether it begins with a reduced load; false if no other instance can take the
///   remaining load
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

  /// Reports whether the instance has been ready long enough to take over load from instances that
  /// are still warming up. This also applies to an instance that began with the full load: after an
  /// app is started, all of its instances are new and receive the full load.
  boolean isOver(long now) {
    return now - from >= LENGTH.toNanos();
  }
}
