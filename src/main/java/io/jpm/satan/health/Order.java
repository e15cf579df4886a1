package io.jpm.satan.health;

/// What is to be done about a process whose health is looked after.
sealed interface Order {
  /// Make an attempt; its end is [News.Answered].
  record Ask(Role role, long attempt) implements Order {}

  /// End this attempt: what it finds does not matter any more.
  record GiveUp(Role role, long attempt) implements Order {}

  /// Say that it is ready, for the first time.
  record SayReady() implements Order {}

  /// Say why it is not ready yet.
  record SayNotYet(String reason) implements Order {}

  /// Say that it is not well.
  record SayUnhealthy(String reason) implements Order {}

  /// Say that it is well again.
  record SayRecovered() implements Order {}

  /// Say that it is to be replaced.
  record SayDead(String reason) implements Order {}
}
