package io.jpm.satan.health;

/// An effect of the health state machine, to be carried out for one monitored process.
sealed interface HealthEffect {
  /// Starts an attempt. [HealthEvent.AttemptFinished] reports its result.
  record StartAttempt(ProbeKind probeRole, long attempt) implements HealthEffect {}

  /// Cancels an attempt whose result is no longer relevant.
  record CancelAttempt(ProbeKind probeRole, long attempt) implements HealthEffect {}

  /// Reports that the process has become ready for the first time.
  record ReportReady() implements HealthEffect {}

  /// Reports why the process is not ready yet.
  record ReportNotReady(String reason) implements HealthEffect {}

  /// Reports that the process is unhealthy.
  record ReportUnhealthy(String reason) implements HealthEffect {}

  /// Reports that the process is healthy again.
  record ReportRecovered() implements HealthEffect {}

  /// Reports that the process is dead and must be replaced.
  record ReportDead(String reason) implements HealthEffect {}
}
