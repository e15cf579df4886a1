package io.jpm.god.instance;

import io.jpm.model.HealthProbes;
import io.jpm.model.process.WorkerId;
import java.util.Optional;

/// The health of one process as far as God knows it. Confined to GodVerticle's context.
public final class HealthStatus {
  /// The identity under which Satan monitors the process; empty while the process is not monitored.
  public Optional<WorkerId> monitoredWorker = Optional.empty();

  /// The probes with which the process is monitored.
  public HealthProbes health = HealthProbes.NONE;

  /// Whether the process has sent `ready` over its IPC channel.
  public boolean saidReady;

  /// Whether the probes have succeeded at least once.
  public boolean probesSucceeded;

  /// Why the process is not ready yet; empty if it is ready or if no reason is known.
  public String notReadyReason = "";
}
