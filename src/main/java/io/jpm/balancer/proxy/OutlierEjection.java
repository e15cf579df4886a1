package io.jpm.balancer.proxy;

import java.time.Duration;

/// How long an instance that fails is left out: a second, doubling to half a minute; a minute
/// without trouble makes it forgotten.
///
/// @param times how often in a row; 0: never
/// @param until when the last time ends, monotonic nanoseconds
record OutlierEjection(int times, long until) {
  /// Failures in a row that have an instance left out.
  static final int FAILURES = 3;

  static final OutlierEjection NONE = new OutlierEjection(0, 0);

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);
  private static final int DOUBLINGS = 5;

  /// The next one, beginning now.
  OutlierEjection again(long now) {
    int before = times > 0 && now - until < FORGOTTEN.toNanos() ? times : 0;
    Duration length = Duration.ofSeconds(1L << Math.min(before, DOUBLINGS));
    Duration most = length.compareTo(LONGEST) < 0 ? length : LONGEST;
    return new OutlierEjection(before + 1, now + most.toNanos());
  }

  boolean lasts(long now) {
    return times > 0 && until - now > 0;
  }

  /// Whether one more may be left out: never more than half.
  ///
  /// @param out how many are
  /// @param of how many there are
  static boolean allowed(int out, int of) {
    return (out + 1) * 2 <= of;
  }
}
