package io.jpm.satan;

import io.jpm.bus.satan.UsagePoint;
import io.jpm.model.process.InstanceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Keeps the recent usage of instances and of the machine. The history of an instance continues
/// over restarts and is dropped after ten minutes without a sample. Confined to SatanVerticle's
/// context.
final class UsageHistory {
  private final Map<Optional<InstanceId>, UsageRing> rings = new HashMap<>();

  /// Adds a sample.
  ///
  /// @param of the instance that the sample belongs to; empty for the machine
  void add(Optional<InstanceId> of, long nowMillis, double cpuPercent, long memoryBytes) {
    rings.computeIfAbsent(of, _ -> new UsageRing()).add(nowMillis, cpuPercent, memoryBytes);
  }

  /// Returns the recorded points, oldest first.
  ///
  /// @param whose the instance whose points are returned; empty for the machine
  List<UsagePoint> of(Optional<InstanceId> whose, long nowMillis) {
    rings.values().removeIf(ring -> ring.isOld(nowMillis));
    UsageRing ring = rings.get(whose);
    return ring == null ? List.of() : ring.points(nowMillis);
  }
}
