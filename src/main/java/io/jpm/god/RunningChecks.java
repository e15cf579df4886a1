package io.jpm.god;

import io.jpm.bus.OffLoop;
import io.jpm.model.ProcessIdentity;
import io.vertx.core.Vertx;
import java.util.Optional;

/// Has processes that run already looked after: those that an earlier daemon made, and those whose
/// app has come to name other checks. Owned by GodVerticle's context.
///
/// @param variables what the processes have in their environment
record RunningChecks(Vertx vertx, Attending attending, RunningVariables variables) {
  /// Has the process of an earlier daemon looked after.
  void adopt(Instance instance, ProcessIdentity process) {
    if (!instance.spec.health().any()) {
      return;
    }
    OffLoop.call(vertx, () -> variables.of(instance, process))
        .onSuccess(found -> {
          if (instance.process().equals(Optional.of(process))) {
            attending.adopt(instance, process, found);
          }
        });
  }

  /// Has a process looked after by the checks that its app names now, where these are others than
  /// before and do without another process.
  void look(Instance instance) {
    Optional<ProcessIdentity> process = instance.process();
    if (process.isEmpty() || !attending.isOutdated(instance)) {
      return;
    }
    OffLoop.call(vertx, () -> variables.of(instance, process.get()))
        .onSuccess(found -> {
          if (instance.process().equals(process) && attending.isOutdated(instance)) {
            attending.attendAnew(instance, process.get(), found);
          }
        });
  }
}
