package io.jpm.supervise;

/// What becomes of an instance whose run has ended without anybody's asking.
sealed interface EndRules {
  /// It is started again.
  record Again() implements EndRules {}

  /// It is left ended, as its rules want.
  ///
  /// @param reason how it ended and by which rule it stays so
  record Rest(String reason) implements EndRules {}

  /// It has failed too often.
  ///
  /// @param reason how it ended and how often
  record GiveUp(String reason) implements EndRules {}
}
