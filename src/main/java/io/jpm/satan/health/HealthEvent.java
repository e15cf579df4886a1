package io.jpm.satan.health;

/// What can happen to a process whose health is looked after.
sealed interface HealthEvent {
  /// It is there.
  ///
  /// @param ready whether it was ready before, in an earlier daemon's time
  record Began(boolean ready) implements HealthEvent {}

  /// Time has passed: something may be due.
  record Tick() implements HealthEvent {}

  /// An attempt has come to an end.
  record Answered(ProbeRole probeRole, long attempt, ProbeResult probeResult)
      implements HealthEvent {}

  /// The process has said what this check listens for.
  record Heard(ProbeRole probeRole) implements HealthEvent {}

  /// Whatever this check listens for cannot be heard.
  ///
  /// @param reason for people
  record Unheard(ProbeRole probeRole, String reason) implements HealthEvent {}

  /// The process itself says that it cannot go on.
  ///
  /// @param reason for people
  record Failing(String reason) implements HealthEvent {}

  /// It ends, or nobody wants to know any more.
  record Left() implements HealthEvent {}
}
