package io.jpm.satan;

import io.jpm.bus.satan.SatanReport.MemoryExceeded;
import io.jpm.model.run.ProcessIdentity;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Decides when a tree has too much memory: above its limit in two samples in a row, since a single
/// one may be a peak that the program gives back by itself, or a process between fork and exec,
/// whose memory counts twice. Pure; owned by SatanVerticle's context.
final class MemoryLimits {
  private Map<ProcessIdentity, Long> limits = Map.of();
  private final Set<ProcessIdentity> above = new HashSet<>();
  private final Set<ProcessIdentity> reported = new HashSet<>();

  /// From now on these limits and no others. What was noticed of processes that stay is not
  /// forgotten.
  void set(Map<ProcessIdentity, Long> bytes) {
    limits = Map.copyOf(bytes);
    above.retainAll(limits.keySet());
    reported.retainAll(limits.keySet());
  }

  /// Whose memory is to be sampled; nobody who was reported: nothing more is said of him.
  Set<ProcessIdentity> watched() {
    Set<ProcessIdentity> watched = new HashSet<>(limits.keySet());
    watched.removeAll(reported);
    return watched;
  }

  /// Takes a sample in.
  ///
  /// @param bytes what trees have; one that is not in it is gone
  /// @return what is to be reported, each process once
  List<MemoryExceeded> sampled(Map<ProcessIdentity, Long> bytes) {
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
