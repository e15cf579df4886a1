package io.jpm.god.process;

import io.jpm.bus.Blocking;
import io.jpm.god.instance.Instance;
import io.jpm.model.run.ProcessIdentity;
import io.vertx.core.Vertx;
import java.util.Optional;

/// Has processes that run already looked after: those that an earlier daemon made, and those whose
/// app has come to name other checks. Owned by GodVerticle's context.
///
/// @param variables what the processes have in their environment
public record MonitoringUpdate(
    Vertx vertx, HealthCoordinator healthCoordinator, RunningVariables variables) {
  /// Has the process of an earlier daemon looked after.
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

  /// Has a process looked after by the checks that its app names now, where these are others than
  /// before and do without another process.
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
