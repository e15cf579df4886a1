package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.model.run.InstanceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Everything that is known and may be shown.
///
/// @param instances all of them
/// @param uses what they use, by id; without those of which nobody knows
/// @param charts what they have used, by id
/// @param hostFacts the daemon and its machine
/// @param log what the selected one prints
/// @param health what checks tell of the selected one; empty: it has none
/// @param now wall clock
public record MonitData(
    List<InstanceView> instances,
    Map<InstanceId, ResourceUse> uses,
    Map<InstanceId, Chart> charts,
    HostFacts hostFacts,
    MonitLogTail log,
    Optional<HealthReport> health,
    Instant now) {
  public MonitData {
    instances = List.copyOf(instances);
  }

  ResourceUse useOf(InstanceView instance) {
    return instance.process().isEmpty()
        ? ResourceUse.NOTHING
        : uses.getOrDefault(instance.id(), ResourceUse.NOTHING);
  }
}
