package io.jpm.satan;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.TreeUsage.CpuTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Computes the CPU load of a process tree from its processor time since the previous sample.
/// Callers pass the time. Confined to SatanVerticle's context.
///
/// When a process terminates and its parent waits for it, the kernel adds its processor time to
/// that of the parent. Most of that time has already been counted. Therefore, the processor time
/// since the previous sample is the sum of
///
/// - the time that each process has used itself since the previous sample, or in total if the
///   process is new,
/// - the time that was added for terminated children, minus the known time of the processes that no
///   longer exist. If the parent does not wait, nothing is added or subtracted.
final class CpuMeter {
  /// The minimum time between two measurements. An earlier sample repeats the previous result,
  /// because the load over a shorter time is only noise.
  private static final long SHORTEST_NANOS = 500_000_000;

  /// The time after which a tree that is no longer sampled is forgotten. Its processes have
  /// probably terminated.
  private static final long FORGOTTEN_NANOS = 600_000_000_000L;

  private final Map<ProcessIdentity, Sample> last = new HashMap<>();

  /// The previous sample of a tree.
  ///
  /// @param atNanos the time of the sample
  /// @param times the processor times by pid and start time
  /// @param percent the load computed at that time
  private record Sample(long atNanos, Map<Key, CpuTime> times, double percent) {}

  private record Key(int pid, long startTime) {}

  /// Returns the load of the tree below `main` since the previous sample, in percent of one core; 0
  /// for the first sample.
  ///
  /// @param times the current processor times of the processes in the tree
  /// @param nowNanos the monotonic time of the sample
  double percent(ProcessIdentity main, List<CpuTime> times, long nowNanos) {
    Sample before = last.get(main);
    if (before != null && nowNanos - before.atNanos() < SHORTEST_NANOS) {
      return before.percent();
    }
    Map<Key, CpuTime> now = new HashMap<>();
    times.forEach(time -> now.put(new Key(time.pid(), time.startTime()), time));
    double percent =
        before == null ? 0 : 100.0 * used(before.times(), now) / (nowNanos - before.atNanos());
    last.put(main, new Sample(nowNanos, now, percent));
    return percent;
  }

  /// Removes trees that have not been sampled for a long time.
  void forgetOld(long nowNanos) {
    last.values().removeIf(sample -> nowNanos - sample.atNanos() > FORGOTTEN_NANOS);
  }

  private static long used(Map<Key, CpuTime> before, Map<Key, CpuTime> now) {
    long own = 0;
    long added = 0;
    for (Map.Entry<Key, CpuTime> entry : now.entrySet()) {
      CpuTime time = entry.getValue();
      CpuTime known = before.get(entry.getKey());
      own += time.ownNanos() - (known == null ? 0 : known.ownNanos());
      added += time.childrenNanos() - (known == null ? 0 : known.childrenNanos());
    }
    long gone =
        before.entrySet().stream()
            .filter(entry -> !now.containsKey(entry.getKey()))
            .mapToLong(entry -> entry.getValue().ownNanos() + entry.getValue().childrenNanos())
            .sum();
    return Math.max(0, own) + Math.max(0, added - gone);
  }
}
