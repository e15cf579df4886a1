package io.jpm.bus.access;

import java.time.Duration;

/// A token bucket: allows a burst of a fixed size, and one more event after each interval of a
/// fixed length. Not thread-safe.
public final class TokenBucket {
  private final long nanosPerToken;
  private final long nanosOfAll;

  /// The time that the bucket needs, counted from `last`, to become full if nothing more is taken.
  private long missing;

  private long last;

  /// Creates a full bucket.
  ///
  /// @param most the size of the bucket, more than 0
  /// @param each the interval after which one more event is allowed, more than 0
  /// @param now in nanoseconds, of any clock
  public TokenBucket(int most, Duration each, long now) {
    this.nanosPerToken = each.toNanos();
    this.nanosOfAll = most * nanosPerToken;
    this.last = now;
  }

  /// Takes one from the bucket.
  ///
  /// @param now the time of the same clock; if it was set back, it counts as standing still
  /// @return whether there was one left
  public boolean take(long now) {
    missing = missing(now);
    last = now;
    if (missing + nanosPerToken > nanosOfAll) {
      return false;
    }
    missing += nanosPerToken;
    return true;
  }

  /// Reports whether the bucket is full.
  public boolean isFull(long now) {
    return missing(now) == 0;
  }

  private long missing(long now) {
    return Math.max(0, missing - Math.max(0, now - last));
  }
}
