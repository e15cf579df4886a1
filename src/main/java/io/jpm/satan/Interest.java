package io.jpm.satan;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Who wants to know what is used, and so how often it is looked at: each second while somebody
/// follows or a memory limit is set, each five seconds for the charts for some minutes after
/// somebody has looked, else never. Pure; owned by SatanVerticle's context.
final class Interest {
  /// The time between looks while somebody waits for them.
  static final Duration FAST = Duration.ofSeconds(1);

  /// The time between looks that only the history is for.
  static final Duration SLOW = Duration.ofMillis(UsageRing.STEP_MILLIS);

  /// How long after a look the history goes on.
  static final Duration MEMORY_OF_LOOKS = Duration.ofMinutes(3);

  /// Following must not cost more than a fiftieth of a core: where a look takes long, it is taken
  /// less often. Limits are kept at any cost.
  private static final int MOST_SHARE = 50;

  private final Duration lease;
  private final Map<String, Long> followers = new HashMap<>();
  private long historyUntil;
  private boolean looked;

  /// @param lease how long a follower is believed without another word
  Interest(Duration lease) {
    this.lease = lease;
  }

  /// A room begins or goes on to follow, or ends to.
  void follows(String listener, boolean wanted, long nowNanos) {
    if (wanted) {
      followers.put(listener, nowNanos + lease.toNanos());
    } else {
      followers.remove(listener);
    }
  }

  /// Somebody has looked.
  void looked(long nowNanos) {
    looked = true;
    historyUntil = nowNanos + MEMORY_OF_LOOKS.toNanos();
  }

  /// Whether somebody follows.
  boolean isFollowed(long nowNanos) {
    followers.values().removeIf(end -> end - nowNanos <= 0);
    return !followers.isEmpty();
  }

  /// Whether the history goes on.
  boolean isRemembered(long nowNanos) {
    looked &= historyUntil - nowNanos > 0;
    return looked || isFollowed(nowNanos);
  }

  /// After what time to look again; empty: never, until something changes.
  ///
  /// @param limited whether a memory limit is watched
  /// @param costNanos how long the last look took
  Optional<Duration> next(boolean limited, long costNanos, long nowNanos) {
    if (limited) {
      return Optional.of(FAST);
    } else if (isFollowed(nowNanos)) {
      Duration least = Duration.ofNanos(costNanos * MOST_SHARE);
      return Optional.of(least.compareTo(FAST) > 0 ? least : FAST);
    } else {
      return isRemembered(nowNanos) ? Optional.of(SLOW) : Optional.empty();
    }
  }
}
