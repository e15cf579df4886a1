package io.jpm.god.instance;

import io.jpm.model.HealthProbes;
import io.jpm.model.process.WorkerId;
import java.util.Optional;

/// The known health of one process. Confined to GodVerticle's context.
public final class HealthStatus {
  /// The process that Satan monitors; empty before and after monitoring.
  public Optional<WorkerId> monitoredWorker = Optional.empty();

  /// The probes that are used for monitoring.
  public HealthProbes health = HealthProbes.NONE;

  /// Whether the process has sent `ready` over its IPC channel.
  public boolean saidReady;

  /// Whether the probes have succeeded for the first time.
  public boolean passed;

  /// The last result of the probes until they succeed.
  public String notReadyReason = "";
}
