package io.jpm.god.process;

import io.jpm.bus.BlockingCalls;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.process.ProcessIdentity;
import io.vertx.core.Vertx;
import java.util.Optional;

/// Starts health monitoring of adopted processes, and updates it for running processes when the
/// probes in their spec have changed. Confined to GodVerticle's context.
///
/// @param variables reads the environment of the processes
public record MonitoringUpdate(
    Vertx vertx, HealthCoordinator healthCoordinator, RunningVariables variables) {
  /// Starts to monitor an adopted process.
  public void adopt(SupervisedInstance supervisedInstance, ProcessIdentity process) {
    if (!supervisedInstance.spec.health().isConfigured()) {
      return;
    }
    BlockingCalls.call(vertx, () -> variables.read(supervisedInstance, process))
        .onSuccess(found -> {
          if (supervisedInstance.process().equals(Optional.of(process))) {
            healthCoordinator.adopt(supervisedInstance, process, found);
          }
        });
  }

  /// Starts to monitor a process with the current probes of its spec if they differ from the probes
  /// in use and do not require a new process.
  public void look(SupervisedInstance supervisedInstance) {
    Optional<ProcessIdentity> process = supervisedInstance.process();
    if (process.isEmpty() || !healthCoordinator.isOutdated(supervisedInstance)) {
      return;
    }
    BlockingCalls.call(vertx, () -> variables.read(supervisedInstance, process.get()))
        .onSuccess(found -> {
          if (supervisedInstance.process().equals(process)
              && healthCoordinator.isOutdated(supervisedInstance)) {
            healthCoordinator.restartMonitoring(supervisedInstance, process.get(), found);
          }
        });
  }
}
