package io.jpm.satan;

import io.jpm.bus.satan.UsagePoint;
import io.jpm.model.run.InstanceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What instances and the machine have used lately. An instance keeps its chart over restarts; one
/// that is not heard of for ten minutes is forgotten. Owned by SatanVerticle's context.
final class UsageHistory {
  private final Map<Optional<InstanceId>, UsageRing> rings = new HashMap<>();

  /// Takes a sample in.
  ///
  /// @param of whose; empty: the machine's
  void add(Optional<InstanceId> of, long nowMillis, double cpuPercent, long memoryBytes) {
    rings.computeIfAbsent(of, _ -> new UsageRing()).add(nowMillis, cpuPercent, memoryBytes);
  }

  /// What is known, from the oldest on.
  List<UsagePoint> of(Optional<InstanceId> whose, long nowMillis) {
    rings.values().removeIf(ring -> ring.isOld(nowMillis));
    UsageRing ring = rings.get(whose);
    return ring == null ? List.of() : ring.points(nowMillis);
  }
}
