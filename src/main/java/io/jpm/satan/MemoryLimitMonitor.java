package io.jpm.satan;

import io.jpm.bus.satan.SatanReport.MemoryExceeded;
import io.jpm.model.process.ProcessIdentity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Reports process trees that exceed their memory limit in two consecutive samples. A single sample
/// may be a peak from which the program recovers by itself. It may also include a process between
/// fork and exec, whose memory counts twice. Confined to SatanVerticle's context.
final class MemoryLimitMonitor {
  private Map<ProcessIdentity, Long> limits = Map.of();
  private final Set<ProcessIdentity> above = new HashSet<>();
  private final Set<ProcessIdentity> reported = new HashSet<>();

  /// Replaces all limits. Keeps the state of processes that still have a limit.
  void set(Map<ProcessIdentity, Long> bytes) {
    limits = Map.copyOf(bytes);
    above.retainAll(limits.keySet());
    reported.retainAll(limits.keySet());
  }

  /// Returns the processes to sample: those with a limit that have not been reported yet.
  Set<ProcessIdentity> watched() {
    Set<ProcessIdentity> watched = new HashSet<>(limits.keySet());
    watched.removeAll(reported);
    return watched;
  }

  /// Compares a sample with the limits.
  ///
  /// @param bytes the memory of each tree; a tree that is missing has terminated
  /// @return the trees to report; each tree is returned only once
  List<MemoryExceeded> evaluate(Map<ProcessIdentity, Long> bytes) {
    List<MemoryExceeded> exceeded = new ArrayList<>();
    limits.forEach((process, limit) -> {
      Long has = bytes.get(process);
      if (has == null || has <= limit) {
        above.remove(process);
      } else if (!above.add(process) && reported.add(process)) {
        exceeded.add(new MemoryExceeded(process, has, limit));
      }
    });
    return exceeded;
  }
}
