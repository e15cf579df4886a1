package io.jpm.bus.access;

import java.time.Duration;

/// A token bucket: allows a burst of a fixed size, and one additional event per interval of fixed
/// length. Not thread-safe.
public final class TokenBucket {
  private final long nanosPerToken;
  private final long capacityNanos;

  /// The time from `last` until the bucket is full again, if no further event is taken.
  private long deficitNanos;

  private long last;

  /// Creates a full bucket.
  ///
  /// @param most the size of the bucket, greater than 0
  /// @param each the interval after which one more event is allowed, greater than 0
  /// @param now the current time in nanoseconds, from any clock
  public TokenBucket(int most, Duration each, long now) {
    this.nanosPerToken = each.toNanos();
    this.capacityNanos = most * nanosPerToken;
    this.last = now;
  }

  /// Takes one event from the bucket.
  ///
  /// @param now the current time of the same clock. If the clock was set back, no time is assumed
  ///   to have passed
  /// @return whether the event is allowed
  public boolean take(long now) {
    deficitNanos = missing(now);
    last = now;
    if (deficitNanos + nanosPerToken > capacityNanos) {
      return false;
    }
    deficitNanos += nanosPerToken;
    return true;
  }

  /// Reports whether the bucket is full.
  public boolean isFull(long now) {
    return missing(now) == 0;
  }

  private long missing(long now) {
    return Math.max(0, deficitNanos - Math.max(0, now - last));
  }
}
