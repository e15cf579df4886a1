package io.jpm.satan.health;

/// An effect of the health state machine: an action for one monitored process.
sealed interface HealthEffect {
  /// Starts an attempt, whose end is [HealthEvent.Answered].
  record Ask(ProbeRole probeRole, long attempt) implements HealthEffect {}

  /// Abandons an attempt, whose result is no longer relevant.
  record GiveUp(ProbeRole probeRole, long attempt) implements HealthEffect {}

  /// Reports that the process is ready, for the first time.
  record SayReady() implements HealthEffect {}

  /// Reports why the process is not ready yet.
  record SayNotYet(String reason) implements HealthEffect {}

  /// Reports that the process is unhealthy.
  record SayUnhealthy(String reason) implements HealthEffect {}

  /// Reports that the process is healthy again.
  record SayRecovered() implements HealthEffect {}

  /// Reports that the process must be replaced.
  record SayDead(String reason) implements HealthEffect {}
}
