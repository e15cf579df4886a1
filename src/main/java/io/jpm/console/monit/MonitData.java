package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.model.process.InstanceId;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The data of the screen at one point in time.
///
/// @param instances all instances
/// @param uses their current usage by id, where it is known
/// @param charts their recent usage by id
/// @param hostFacts the daemon and its machine
/// @param log the log of the selected instance
/// @param health the probe results of the selected instance; empty if it has no probes
/// @param now the current time of the wall clock
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
