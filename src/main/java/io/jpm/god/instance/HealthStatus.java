package io.jpm.god.instance;

import io.jpm.model.HealthProbes;
import io.jpm.model.process.WorkerId;
import java.util.Optional;

/// The health of one process as far as God knows it. Confined to GodVerticle's context.
public final class HealthStatus {
  /// The process as Satan knows it while it is monitored; empty before and after monitoring.
  public Optional<WorkerId> monitoredWorker = Optional.empty();

  /// The probes with which the process is monitored.
  public HealthProbes health = HealthProbes.NONE;

  /// Whether the process has sent `ready` over its IPC channel.
  public boolean saidReady;

  /// Whether the probes have succeeded at least once.
  public boolean probesSucceeded;

  /// The last probe result before the probes succeed for the first time; empty if there is none.
  public String notReadyReason = "";
}
