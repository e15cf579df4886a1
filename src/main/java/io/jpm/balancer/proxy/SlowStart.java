package io.jpm.balancer.proxy;

import java.time.Duration;

/// How an instance that has just become ready gets its load: from a tenth to all of it within five
/// seconds, so that it can warm up.
///
/// @param from when it became ready, monotonic nanoseconds
/// @param gently whether it begins with little; not where there is nobody to do the rest
record SlowStart(long from, boolean gently) {
  static final Duration LENGTH = Duration.ofSeconds(5);

  private static final double FIRST_SHARE = 0.1;

  /// With all of the load at once.
  static SlowStart none(long now) {
    return new SlowStart(now, false);
  }

  double share(long now) {
    double done = (double) (now - from) / LENGTH.toNanos();
    return gently ? Math.clamp(done, FIRST_SHARE, 1) : 1;
  }

  /// Whether it has been there long enough to carry what others leave to it. One that began with
  /// all of the load is no exception: after an app's start all are new, and none is spared.
  boolean over(long now) {
    return now - from >= LENGTH.toNanos();
  }
}
