package io.jpm.balancer.proxy;

import java.time.Duration;

/// The temporary ejection of a failing instance. The first ejection lasts one second, and each
/// further one twice as long, up to 30 seconds. After a minute without failures, the next ejection
/// lasts one second again.
///
/// @param times the number of consecutive ejections; 0 if the instance was never ejected
/// @param until the end of the last ejection, in monotonic nanoseconds
record OutlierEjection(int times, long until) {
  /// The number of consecutive failures that cause an ejection.
  static final int FAILURES = 3;

  static final OutlierEjection NONE = new OutlierEjection(0, 0);

  private static final Duration LONGEST = Duration.ofSeconds(30);
  private static final Duration FORGOTTEN = Duration.ofMinutes(1);
  private static final int DOUBLINGS = 5;

  /// Returns the next ejection, which begins at `now`.
  OutlierEjection next(long now) {
    int before = times > 0 && now - until < FORGOTTEN.toNanos() ? times : 0;
    Duration length = Duration.ofSeconds(1L << Math.min(before, DOUBLINGS));
    Duration most = length.compareTo(LONGEST) < 0 ? length : LONGEST;
    return new OutlierEjection(before + 1, now + most.toNanos());
  }

  boolean isActive(long now) {
    return times > 0 && until - now > 0;
  }

  /// Reports whether one more instance may be ejected. At most half of the instances may be.
  ///
  /// @param out the number of ejected instances
  /// @param of the number of all instances
  static boolean isAllowed(int out, int of) {
    return (out + 1) * 2 <= of;
  }
}
