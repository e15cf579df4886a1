package io.jpm.satan;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.TreeUsage.CpuTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Turns the processor time of a tree into its load: what the tree has used since the sample
/// before. Pure but for what it remembers; owned by SatanVerticle's context.
///
/// A child that ends takes its time with it, and when its parent asks how it ended the kernel adds
/// that time, of which most was counted already, to the parent's. So what is new is
///
/// - what each process of its own has used since the sample before, all of it where it is new,
/// - and what was added for ended children, less what was known of those that have gone. Where the
///   parent did not ask, nothing was added, and nothing is taken away.
final class CpuMeter {
  /// A second look within this time repeats the answer: over so short a time a load is only noise.
  private static final long SHORTEST_NANOS = 500_000_000;

  /// What nobody has asked about for ten minutes has probably ended.
  private static final long FORGOTTEN_NANOS = 600_000_000_000L;

  private final Map<ProcessIdentity, Sample> last = new HashMap<>();

  /// What is remembered of a tree.
  ///
  /// @param atNanos when
  /// @param times each process's, by pid and start time
  /// @param percent the load then
  private record Sample(long atNanos, Map<Key, CpuTime> times, double percent) {}

  private record Key(int pid, long startTime) {}

  /// The load of the tree under `main` since the sample before, in percent of one core; 0 at the
  /// first one.
  ///
  /// @param times of its processes now
  /// @param nowNanos monotonic time of the sample
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

  /// Forgets trees that nobody has asked about for long.
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
      added += time.endedNanos() - (known == null ? 0 : known.endedNanos());
    }
    long gone =
        before.entrySet().stream()
            .filter(entry -> !now.containsKey(entry.getKey()))
            .mapToLong(entry -> entry.getValue().ownNanos() + entry.getValue().endedNanos())
            .sum();
    return Math.max(0, own) + Math.max(0, added - gone);
  }
}
