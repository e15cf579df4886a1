package io.jpm.satan;

import io.jpm.wire.UsageMessage;
import io.jpm.wire.UsageMessage.OfInstance;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// For how many looks in a row nothing has changed that somebody would see: the same processes, and
/// each with the load and memory it had. Pure; owned by SatanVerticle's context.
final class UnchangedCounter {
  /// Hundredths of a core.
  private static final double CPU_PERCENT = 2;

  private static final long MEMORY_SHARE = 32;

  private Map<Integer, OfInstance> before = Map.of();
  private int looks;

  /// One more look.
  void saw(UsageMessage usage) {
    Map<Integer, OfInstance> now = new HashMap<>();
    usage.instances().forEach(instance -> now.put(instance.id(), instance));
    looks = isLikeBefore(now) ? looks + 1 : 0;
    before = now;
  }

  /// Somebody has come who has seen nothing yet.
  void end() {
    looks = 0;
  }

  /// How many.
  int looks() {
    return looks;
  }

  private boolean isLikeBefore(Map<Integer, OfInstance> now) {
    return now.size() == before.size()
        && now.values().stream().allMatch(instance -> isLike(before.get(instance.id()), instance));
  }

  private static boolean isLike(@Nullable OfInstance before, OfInstance now) {
    if (before == null || before.pid() != now.pid()) {
      return false;
    }
    long memory = before.tree().memoryBytes();
    return Math.abs(now.cpuPercent() - before.cpuPercent()) < CPU_PERCENT
        && Math.abs(now.tree().memoryBytes() - memory) <= memory / MEMORY_SHARE;
  }
}
