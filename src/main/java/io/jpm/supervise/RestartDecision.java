package io.jpm.supervise;

/// The decision about an instance whose run ended without a request.
sealed interface RestartDecision {
  /// The instance is started again.
  record Again() implements RestartDecision {}

  /// The instance stays stopped, as required by its policy.
  ///
  /// @param reason how the run ended, and the rule that keeps the instance stopped
  record StayStopped(String reason) implements RestartDecision {}

  /// The instance has failed too often and becomes `errored`.
  ///
  /// @param reason how the run ended, and how often the instance failed
  record GiveUp(String reason) implements RestartDecision {}
}
