package io.jpm.command;

import io.jpm.bus.access.TokenBucket;
import io.jpm.model.access.Principal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/// How many lines each principal may still add to one file of the audit log, so that nobody's
/// requests push the lines of others out of it. What is over is counted. The owner, who has the
/// files anyway, may add any number. Owned by one event loop.
final class AuditQuota {
  /// How many lines at once.
  static final int BURST = 600;

  /// How many lines a minute in the long run: 14,400 a day.
  static final int PER_MINUTE = 10;

  private static final Duration EACH = Duration.ofMinutes(1).dividedBy(PER_MINUTE);

  private final LongSupplier nanos;

  /// By name, for those that are not full.
  private final Map<String, Bucket> buckets = new HashMap<>();

  /// Lines of a principal that were left out.
  ///
  /// @param who the last that had this name
  record Over(Principal who, long lines) {}

  /// @param nanos a clock that never goes back
  AuditQuota(LongSupplier nanos) {
    this.nanos = nanos;
  }

  /// Whether `who` may add a line; it is taken, or counted.
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

  /// What was counted since this was asked before.
  List<Over> over() {
    List<Over> over = new ArrayList<>();
    for (Bucket bucket : buckets.values()) {
      if (bucket.over > 0) {
        over.add(new Over(bucket.who, bucket.over));
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
