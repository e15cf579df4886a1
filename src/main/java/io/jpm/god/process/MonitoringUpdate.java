package io.jpm.god.process;

import io.jpm.bus.BlockingCalls;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.process.ProcessIdentity;
import io.vertx.core.Vertx;
import java.util.Optional;

/// Starts or updates the health monitoring of processes that already run: adopted processes, and
/// processes whose spec has other probes now. Confined to GodVerticle's context.
///
/// @param variables reads the environment of the processes
public record MonitoringUpdate(
    Vertx vertx, HealthCoordinator healthCoordinator, RunningVariables variables) {
  /// Starts monitoring for an adopted process.
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

  /// Monitors a process by the current probes of its spec, if they differ from those in use and do
  /// not require a new process.
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
