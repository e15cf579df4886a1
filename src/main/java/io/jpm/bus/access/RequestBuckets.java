package io.jpm.bus.access;

import io.jpm.model.access.Principal;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/// Limits the number of requests per second that the holders of each token may send to one server,
/// over all their connections. The limit is also the maximum size of a burst. The owner is not
/// limited. Owned by the event loop of the server.
public final class RequestBuckets {
  private final int perSecond;
  private final Duration interval;
  private final LongSupplier nanos;

  /// The buckets by token name. Full buckets are removed when a new one is added.
  private final Map<String, TokenBucket> buckets = new HashMap<>();

  /// Creates the limits for one server.
  ///
  /// @param perSecond the limit for each token, from 1 to 1 000 000
  /// @param nanos a monotonic clock
  public RequestBuckets(int perSecond, LongSupplier nanos) {
    this.perSecond = perSecond;
    this.interval = Duration.ofNanos(Math.ceilDiv(Duration.ofSeconds(1).toNanos(), perSecond));
    this.nanos = nanos;
  }

  /// Counts one request of `who`.
  ///
  /// @return whether the request is within the limit
  public boolean tryAcquire(Principal who) {
    if (who.equals(Principal.OWNER)) {
      return true;
    }
    long now = nanos.getAsLong();
    TokenBucket bucket = buckets.get(who.name());
    if (bucket == null) {
      buckets.values().removeIf(other -> other.isFull(now));
      bucket = new TokenBucket(perSecond, interval, now);
      buckets.put(who.name(), bucket);
    }
    return bucket.take(now);
  }

  /// Returns the message for a principal that has exceeded the limit.
  public String rejection(Principal who) {
    return "token \"%s\" exceeds the limit of %d requests per second (bridge.requests_per_second): try again later"
        .formatted(who.name(), perSecond);
  }
}
