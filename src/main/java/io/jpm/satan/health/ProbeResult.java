package io.jpm.satan.health;

/// What one attempt of a check has found.
sealed interface ProbeResult {
  /// All is well.
  record Passed() implements ProbeResult {}

  /// It is not.
  ///
  /// @param reason for people, without an end: `http://127.0.0.1:3000/ready answers 503`
  record Failed(String reason) implements ProbeResult {}
}
