package io.jpm.satan;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Who wants to know what is used, and so how often it is looked at: each second while a memory
/// limit is set or somebody follows, in steps up to each five seconds where nothing changes, each
/// five seconds for the charts for some minutes after somebody has looked, else never. Pure; owned
/// by SatanVerticle's context.
final class SamplingSchedule {
  /// The time between looks while somebody waits for them.
  static final Duration FAST = Duration.ofSeconds(1);

  /// The time between looks that only the history is for.
  static final Duration SLOW = Duration.ofMillis(UsageRing.STEP_MILLIS);

  /// After how many looks in a row that were all alike followers are told each two seconds.
  private static final int STILL = 5;

  /// And after how many each five.
  private static final int VERY_STILL = 10;

  private static final Duration SLOWER = Duration.ofSeconds(2);

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
  SamplingSchedule(Duration lease) {
    this.lease = lease;
  }

  /// A room begins or goes on to follow, or ends to.
  ///
  /// @return whether it begins
  boolean follows(String listener, boolean wanted, long nowNanos) {
    if (wanted) {
      return followers.put(listener, nowNanos + lease.toNanos()) == null;
    }
    followers.remove(listener);
    return false;
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
  /// @param still how many looks in a row were alike
  Optional<Duration> next(boolean limited, long costNanos, int still, long nowNanos) {
    if (limited) {
      return Optional.of(FAST);
    } else if (isFollowed(nowNanos)) {
      Duration least = Duration.ofNanos(costNanos * MOST_SHARE);
      Duration pace = still < STILL ? FAST : still < VERY_STILL ? SLOWER : SLOW;
      return Optional.of(least.compareTo(pace) > 0 ? least : pace);
    } else {
      return isRemembered(nowNanos) ? Optional.of(SLOW) : Optional.empty();
    }
  }
}
