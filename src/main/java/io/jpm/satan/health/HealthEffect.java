package io.jpm.satan.health;

/// What is to be done about a process whose health is looked after.
sealed interface HealthEffect {
  /// Make an attempt; its end is [HealthEvent.Answered].
  record Ask(ProbeRole probeRole, long attempt) implements HealthEffect {}

  /// End this attempt: what it finds does not matter any more.
  record GiveUp(ProbeRole probeRole, long attempt) implements HealthEffect {}

  /// Say that it is ready, for the first time.
  record SayReady() implements HealthEffect {}

  /// Say why it is not ready yet.
  record SayNotYet(String reason) implements HealthEffect {}

  /// Say that it is not well.
  record SayUnhealthy(String reason) implements HealthEffect {}

  /// Say that it is well again.
  record SayRecovered() implements HealthEffect {}

  /// Say that it is to be replaced.
  record SayDead(String reason) implements HealthEffect {}
}
