package io.jpm.satan.health;

/// An event for the health state machine of one monitored process.
sealed interface HealthEvent {
  /// The process has started.
  ///
  /// @param ready whether it was ready before, under an earlier daemon
  record ProcessStarted(boolean ready) implements HealthEvent {}

  /// Time has passed, so that something may be due.
  record Tick() implements HealthEvent {}

  /// An attempt has ended.
  record AttemptFinished(ProbeKind probeRole, long attempt, ProbeResult probeResult)
      implements HealthEvent {}

  /// The process has sent the signal that a passive probe waits for.
  record SignalReceived(ProbeKind probeRole) implements HealthEvent {}

  /// A passive probe cannot receive its signals.
  ///
  /// @param reason for users
  record SignalUnavailable(ProbeKind probeRole, String reason) implements HealthEvent {}

  /// The process reports that it cannot continue.
  ///
  /// @param reason for users
  record Failing(String reason) implements HealthEvent {}

  /// The monitoring ends, because the process is ending or is no longer monitored.
  record Stopped() implements HealthEvent {}
}
