package io.jpm.bridge;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How many requests the holder of a token may still make: as many as in a second at once, and as
/// many each second. Its connections share one. Owned by the bridge's event loop.
final class RequestBucket {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private final LongSupplier nanos;

  /// In requests times a second's nanoseconds, so that nothing is lost by division.
  private long left;

  private long last;

  /// @param perSecond 1 to 1 000 000
  /// @param nanos a clock that never goes back
  RequestBucket(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
    this.left = perSecond * SECOND;
    this.last = nanos.getAsLong();
  }

  /// Whether there was one more; it is taken.
  boolean take() {
    long now = nanos.getAsLong();
    long passed = Math.min(now - last, SECOND);
    last = now;
    left = Math.min(left + passed * perSecond, perSecond * SECOND);
    if (left < SECOND) {
      return false;
    }
    left -= SECOND;
    return true;
  }
}
