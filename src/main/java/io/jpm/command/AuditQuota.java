package io.jpm.command;

import io.jpm.bus.access.TokenBucket;
import io.jpm.model.access.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// Limits the number of lines that each principal may add to one file of the audit log, so that its
/// requests cannot push the lines of others out of the file. Excess lines are counted. The owner is
/// not limited, because the owner can write to the files anyway. Owned by one event loop.
final class AuditQuota {
  /// The maximum number of lines that a principal can add in a burst.
  static final int BURST = 600;

  /// The number of lines per minute that a principal can add permanently: 14,400 per day.
  static final int PER_MINUTE = 10;

  private static final Duration EACH = Duration.ofMinutes(1).dividedBy(PER_MINUTE);

  private final LongSupplier nanos;

  /// The token buckets by the name of the principal. Full buckets are removed when a new one is
  /// added.
  private final Map<String, Bucket> buckets = new HashMap<>();

  /// The number of lines of one principal that were not written.
  ///
  /// @param who the principal; the latest one if several had this name
  record ExcessLines(Principal who, long lines) {}

  /// @param nanos a monotonic clock
  AuditQuota(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Takes one line from the quota of `who`, or counts it as excess.
  ///
  /// @return whether the line may be written
  boolean take(Principal who) {
    if (who.equals(Principal.OWNER)) {
      return true;
    }
    long now = nanos.getAsLong();
    Bucket bucket = buckets.get(who.name());
    if (bucket == null) {
      buckets.values().removeIf(other -> other.isIdle(now));
      bucket = new Bucket(who, now);
      buckets.put(who.name(), bucket);
    }
    return bucket.take(who, now);
  }

  /// Returns the number of excess lines of each principal since the last call.
  List<ExcessLines> over() {
    List<ExcessLines> over = new ArrayList<>();
    for (Bucket bucket : buckets.values()) {
      if (bucket.over > 0) {
        over.add(new ExcessLines(bucket.who, bucket.over));
        bucket.over = 0;
      }
    }
    return over;
  }

  private static final class Bucket {
    private final TokenBucket lines;
    private Principal who;
    private long over;

    Bucket(Principal who, long now) {
      this.who = who;
      this.lines = new TokenBucket(BURST, EACH, now);
    }

    boolean isIdle(long now) {
      return lines.isFull(now) && over == 0;
    }

    boolean take(Principal who, long now) {
      this.who = who;
      boolean taken = lines.take(now);
      over += taken ? 0 : 1;
      return taken;
    }
  }
}
