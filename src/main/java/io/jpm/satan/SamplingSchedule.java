package io.jpm.satan;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// Determines the interval between usage samples, based on memory limits, subscribers and recent
/// requests for usage data. Callers pass the current time. Confined to SatanVerticle's context.
///
/// The interval is
///
/// - one second while a memory limit is set,
/// - one second while there is a subscriber, increasing in steps to five seconds if nothing
///   changes,
/// - five seconds for a few minutes after a request, to record the history.
///
/// Otherwise no samples are taken.
final class SamplingSchedule {
  /// The shortest interval.
  static final Duration FAST = Duration.ofSeconds(1);

  /// The interval of samples that are needed only for the history.
  static final Duration SLOW = Duration.ofMillis(UsageRing.STEP_MILLIS);

  /// The number of consecutive unchanged samples after which the interval becomes two seconds.
  private static final int STILL = 5;

  /// The number of consecutive unchanged samples after which the interval becomes five seconds.
  private static final int VERY_STILL = 10;

  private static final Duration SLOWER = Duration.ofSeconds(2);

  /// How long the history is recorded after a request.
  static final Duration HISTORY_DURATION = Duration.ofMinutes(3);

  /// The maximum share of a core (1/50) that samples for subscribers may use. If a sample takes
  /// long, the interval is therefore increased. Samples for memory limits are exempt.
  private static final int MOST_SHARE = 50;

  private final Duration lease;
  private final Map<String, Long> followers = new HashMap<>();
  private long historyUntil;
  private boolean looked;

  /// @param lease the time after which a subscription expires unless it is renewed
  SamplingSchedule(Duration lease) {
    this.lease = lease;
  }

  /// Starts, renews or ends the subscription of a component.
  ///
  /// @return whether a new subscription has started
  boolean setFollower(String listener, boolean wanted, long nowNanos) {
    if (wanted) {
      return followers.put(listener, nowNanos + lease.toNanos()) == null;
    }
    followers.remove(listener);
    return false;
  }

  /// Records that usage data was requested.
  void recordQuery(long nowNanos) {
    looked = true;
    historyUntil = nowNanos + HISTORY_DURATION.toNanos();
  }

  /// Reports whether there is a subscriber.
  boolean hasFollowers(long nowNanos) {
    followers.values().removeIf(end -> end - nowNanos <= 0);
    return !followers.isEmpty();
  }

  /// Reports whether the history is being recorded.
  boolean isHistoryActive(long nowNanos) {
    looked &= historyUntil - nowNanos > 0;
    return looked || hasFollowers(nowNanos);
  }

  /// Returns the time until the next sample; empty if no sample is needed.
  ///
  /// @param limited whether a memory limit is monitored
  /// @param costNanos how long the last sample took
  /// @param still the number of consecutive unchanged samples
  Optional<Duration> next(boolean limited, long costNanos, int still, long nowNanos) {
    if (limited) {
      return Optional.of(FAST);
    } else if (hasFollowers(nowNanos)) {
      Duration least = Duration.ofNanos(costNanos * MOST_SHARE);
      Duration pace = still < STILL ? FAST : still < VERY_STILL ? SLOWER : SLOW;
      return Optional.of(least.compareTo(pace) > 0 ? least : pace);
    } else {
      return isHistoryActive(nowNanos) ? Optional.of(SLOW) : Optional.empty();
    }
  }
}
