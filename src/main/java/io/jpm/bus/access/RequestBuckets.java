package io.jpm.bus.access;

import io.jpm.model.access.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// How many requests the holder of each token may still make at one door: as many as in a second at
/// once, and as many each second, by whatever connections. The owner may make any number. Owned by
/// the event loop of the door.
public final class RequestBuckets {
  private final int perSecond;
  private final Duration each;
  private final LongSupplier nanos;

  /// By name of a token, for those that are not full.
  private final Map<String, TokenBucket> buckets = new HashMap<>();

  /// @param perSecond 1 to 1 000 000
  /// @param nanos a clock that never goes back
  public RequestBuckets(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.each = Duration.ofNanos(Math.ceilDiv(Duration.ofSeconds(1).toNanos(), perSecond));
    this.nanos = nanos;
  }

  /// Whether `who` had one more; it is taken.
  public boolean take(Principal who) {
    if (who.equals(Principal.OWNER)) {
      return true;
    }
    long now = nanos.getAsLong();
    TokenBucket bucket = buckets.get(who.name());
    if (bucket == null) {
      buckets.values().removeIf(other -> other.isFull(now));
      bucket = new TokenBucket(perSecond, each, now);
      buckets.put(who.name(), bucket);
    }
    return bucket.take(now);
  }

  /// What is said to who has none left.
  public String busy(Principal who) {
    return "%s makes more than %d requests a second (bridge.requests_per_second): try again"
        .formatted(who.name(), perSecond);
  }
}
