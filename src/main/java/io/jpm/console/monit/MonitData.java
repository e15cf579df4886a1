package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.model.process.InstanceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A snapshot of the data that the screen displays.
///
/// @param instances all instances
/// @param uses the current usage by instance id; an instance is absent if its usage is unknown
/// @param charts the recent usage by instance id
/// @param hostFacts facts about the daemon and its machine
/// @param log the log of the selected instance
/// @param health the probe results of the selected instance; empty if it has no probes
/// @param now the wall-clock time of the snapshot
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
