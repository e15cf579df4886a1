package io.jpm.satan.health;

/// An event for the health state machine of one monitored process.
sealed interface HealthEvent {
  /// The process has started.
  ///
  /// @param ready whether the process was already ready under an earlier daemon
  record ProcessStarted(boolean ready) implements HealthEvent {}

  /// Time has passed, so an action may be due.
  record Tick() implements HealthEvent {}

  /// An attempt has finished.
  record AttemptFinished(ProbeKind probeRole, long attempt, ProbeResult probeResult)
      implements HealthEvent {}

  /// The process has sent the signal that a passive probe expects.
  record SignalReceived(ProbeKind probeRole) implements HealthEvent {}

  /// The signals that a passive probe expects cannot be received.
  ///
  /// @param reason the reason, for users
  record SignalUnavailable(ProbeKind probeRole, String reason) implements HealthEvent {}

  /// The process has reported that it cannot continue.
  ///
  /// @param reason the reason, for users
  record Failing(String reason) implements HealthEvent {}

  /// The monitoring stops, because the process is terminating or is no longer monitored.
  record Stopped() implements HealthEvent {}
}
