package io.jpm.bus.access;

import io.jpm.model.access.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Limits the requests per second of each token at one server, over all connections of its holders:
/// as many as in one second at once, and as many in each second. The owner is not limited. Owned by
/// the event loop of the server.
public final class RequestBuckets {
  private final int perSecond;
  private final Duration each;
  private final LongSupplier nanos;

  /// By token name. Full buckets are removed when a new one is added.
  private final Map<String, TokenBucket> buckets = new HashMap<>();

  /// @param perSecond 1 to 1 000 000
  /// @param nanos a monotonic clock
  public RequestBuckets(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.each = Duration.ofNanos(Math.ceilDiv(Duration.ofSeconds(1).toNanos(), perSecond));
    this.nanos = nanos;
  }

  /// Takes one request from the budget of `who`.
  ///
  /// @return whether there was one left
  public boolean tryAcquire(Principal who) {
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

  /// Returns the message for a principal that has no request left.
  public String rejection(Principal who) {
    return "%s makes more than %d requests a second (bridge.requests_per_second): try again"
        .formatted(who.name(), perSecond);
  }
}
