package io.jpm.god.process;

import io.jpm.bus.Blocking;
import io.jpm.god.instance.Instance;
import io.jpm.model.run.ProcessIdentity;
import io.vertx.core.Vertx;
import java.util.Optional;

/// Starts or updates the health monitoring of processes that already run: adopted processes, and
/// processes whose spec has other probes now. Confined to GodVerticle's context.
///
/// @param variables reads the environment of the processes
public record MonitoringUpdate(
    Vertx vertx, HealthCoordinator healthCoordinator, RunningVariables variables) {
  /// Starts monitoring for an adopted process.
  public void adopt(Instance instance, ProcessIdentity process) {
    if (!instance.spec.health().any()) {
      return;
    }
    Blocking.call(vertx, () -> variables.of(instance, process))
        .onSuccess(found -> {
          if (instance.process().equals(Optional.of(process))) {
            healthCoordinator.adopt(instance, process, found);
          }
        });
  }

  /// Monitors a process by the current probes of its spec, if they differ from those in use and do
  /// not require a new process.
  public void look(Instance instance) {
    Optional<ProcessIdentity> process = instance.process();
    if (process.isEmpty() || !healthCoordinator.isOutdated(instance)) {
      return;
    }
    Blocking.call(vertx, () -> variables.of(instance, process.get()))
        .onSuccess(found -> {
          if (instance.process().equals(process) && healthCoordinator.isOutdated(instance)) {
            healthCoordinator.attendAnew(instance, process.get(), found);
          }
        });
  }
}
