package io.jpm.satan;

import io.jpm.wire.UsageMessage;
import io.jpm.wire.UsageMessage.InstanceUsage;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Counts consecutive samples without a visible change: the same processes as before, each with
/// nearly the same load and memory. Confined to SatanVerticle's context.
final class UnchangedCounter {
  /// The smallest visible change of load, in percent of one core.
  private static final double CPU_PERCENT = 2;

  private static final long MEMORY_SHARE = 32;

  private Map<Integer, InstanceUsage> before = Map.of();
  private int looks;

  /// Compares a sample with the previous one and updates the count.
  void add(UsageMessage usage) {
    Map<Integer, InstanceUsage> now = new HashMap<>();
    usage.instances().forEach(instance -> now.put(instance.id(), instance));
    looks = isLikeBefore(now) ? looks + 1 : 0;
    before = now;
  }

  /// Resets the count for a new subscriber, which has not received any sample yet.
  void end() {
    looks = 0;
  }

  /// Returns the number of consecutive unchanged samples.
  int count() {
    return looks;
  }

  private boolean isLikeBefore(Map<Integer, InstanceUsage> now) {
    return now.size() == before.size()
        && now.values().stream().allMatch(instance -> isLike(before.get(instance.id()), instance));
  }

  private static boolean isLike(@Nullable InstanceUsage before, InstanceUsage now) {
    if (before == null || before.pid() != now.pid()) {
      return false;
    }
    long memory = before.tree().memoryBytes();
    return Math.abs(now.cpuPercent() - before.cpuPercent()) < CPU_PERCENT
        && Math.abs(now.tree().memoryBytes() - memory) <= memory / MEMORY_SHARE;
  }
}
