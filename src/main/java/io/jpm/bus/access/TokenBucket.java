package io.jpm.bus.access;

import java.time.Duration;

/// How much of something may still happen: so much at once, and one more after each time of a fixed
/// length. Not safe for several threads.
public final class TokenBucket {
  private final long nanosPerToken;
  private final long nanosOfAll;

  /// How long it takes, as of `last`, until it is full again if nothing more is taken.
  private long missing;

  private long last;

  /// A full one.
  ///
  /// @param most how much at once, more than 0
  /// @param each how long it takes until there is one more, more than 0
  /// @param now in nanoseconds, of any clock
  public TokenBucket(int most, Duration each, long now) {
    this.nanosPerToken = each.toNanos();
    this.nanosOfAll = most * nanosPerToken;
    this.last = now;
  }

  /// Whether there was one more; it is taken.
  ///
  /// @param now as told by the clock; one that has been set back counts as standing still
  public boolean take(long now) {
    missing = missing(now);
    last = now;
    if (missing + nanosPerToken > nanosOfAll) {
      return false;
    }
    missing += nanosPerToken;
    return true;
  }

  /// Whether nothing is missing.
  public boolean isFull(long now) {
    return missing(now) == 0;
  }

  private long missing(long now) {
    return Math.max(0, missing - Math.max(0, now - last));
  }
}
