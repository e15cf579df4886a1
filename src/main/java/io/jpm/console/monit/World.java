package io.jpm.console.monit;

import io.jpm.bus.HealthReport;
import io.jpm.bus.InstanceView;
import io.jpm.model.InstanceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that is known and may be shown.
///
/// @param instances all of them
/// @param uses what they use, by id; without those of which nobody knows
/// @param charts what they have used, by id
/// @param machine the daemon and its machine
/// @param log what the selected one prints
/// @param health what checks tell of the selected one; empty: it has none
/// @param now wall clock
public record World(
    List<InstanceView> instances,
    Map<InstanceId, Use> uses,
    Map<InstanceId, Chart> charts,
    Machine machine,
    LogTail log,
    Optional<HealthReport> health,
    Instant now) {
  public World {
    instances = List.copyOf(instances);
  }

  Use useOf(InstanceView instance) {
    return instance.process().isEmpty()
        ? Use.NOTHING
        : uses.getOrDefault(instance.id(), Use.NOTHING);
  }
}
