package io.jpm.supervise;

/// The decision about an instance whose run has ended without a request.
sealed interface EndRules {
  /// The instance is started again.
  record Again() implements EndRules {}

  /// The instance stays stopped, as its policy requires.
  ///
  /// @param reason how the run ended, and by which rule the instance stays stopped
  record Rest(String reason) implements EndRules {}

  /// The instance has failed too often and becomes `errored`.
  ///
  /// @param reason how the run ended, and how often the instance failed
  record GiveUp(String reason) implements EndRules {}
}
