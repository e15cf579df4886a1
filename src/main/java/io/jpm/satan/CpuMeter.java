package io.jpm.satan;

import io.jpm.bus.SatanReply;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.Usage;
import java.util.HashMap;
import java.util.Map;

/// Turns processor time into processor load: the difference to the sample before. Owned by
/// SatanVerticle's context.
final class CpuMeter {
  private final Map<ProcessIdentity, Sample> last = new HashMap<>();

  private record Sample(long atNanos, long cpuNanos, double percent) {}

  /// A second look within this time repeats the answer: over so short a time a load is only noise.
  private static final long SHORTEST_NANOS = 200_000_000;

  /// What nobody has asked about for ten minutes has probably ended.
  private static final long FORGOTTEN_NANOS = 600_000_000_000L;

  /// The load of each process.
  ///
  /// @param usages what each uses now
  /// @param nowNanos monotonic time of the sample
  Map<ProcessIdentity, SatanReply.Load> loads(Map<ProcessIdentity, Usage> usages, long nowNanos) {
    last.values().removeIf(sample -> nowNanos - sample.atNanos() > FORGOTTEN_NANOS);
    Map<ProcessIdentity, SatanReply.Load> loads = new HashMap<>();
    usages.forEach((process, usage) ->
        loads.put(
            process, new SatanReply.Load(usage.memoryBytes(), percent(process, usage, nowNanos))));
    return loads;
  }

  private double percent(ProcessIdentity process, Usage usage, long now) {
    Sample before = last.get(process);
    if (before != null && now - before.atNanos() < SHORTEST_NANOS) {
      return before.percent();
    }
    double percent =
        before == null
            ? 0
            : 100.0 * (usage.cpuNanos() - before.cpuNanos()) / (now - before.atNanos());
    last.put(process, new Sample(now, usage.cpuNanos(), percent));
    return percent;
  }
}
