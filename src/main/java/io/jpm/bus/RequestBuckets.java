package io.jpm.bus;

import io.jpm.model.Principal;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// How many requests the holder of each token may still make at one door: as many as in a second at
/// once, and as many each second, by whatever connections. The owner may make any number. Owned by
/// the event loop of the door.
public final class RequestBuckets {
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);

  private final int perSecond;
  private final LongSupplier nanos;

  /// By name of a token, for those that are not full.
  private final Map<String, Bucket> buckets = new HashMap<>();

  /// @param perSecond 1 to 1 000 000
  /// @param nanos a clock that never goes back
  public RequestBuckets(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.nanos = nanos;
  }

  /// Whether `who` had one more; it is taken.
  public boolean take(Principal who) {
    if (who.equals(Principal.OWNER)) {
      return true;
    }
    long now = nanos.getAsLong();
    Bucket bucket = buckets.get(who.name());
    if (bucket == null) {
      buckets.values().removeIf(other -> now - other.last >= SECOND);
      bucket = new Bucket(now);
      buckets.put(who.name(), bucket);
    }
    return bucket.take(now);
  }

  /// What is said to who has none left.
  public String busy(Principal who) {
    return "%s makes more than %d requests a second (bridge.requests_per_second): try again"
        .formatted(who.name(), perSecond);
  }

  /// One token's.
  private final class Bucket {
    /// In requests times a second's nanoseconds, so that nothing is lost by division.
    private long left = perSecond * SECOND;

    private long last;

    Bucket(long now) {
      this.last = now;
    }

    boolean take(long now) {
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
}
