package io.jpm.satan.health;

/// The result of one attempt of a probe.
sealed interface ProbeResult {
  /// The attempt has passed.
  record Passed() implements ProbeResult {}

  /// The attempt has failed.
  ///
  /// @param reason the reason for users, without a full stop: `http://127.0.0.1:3000/ready returned
  ///   503`
  record Failed(String reason) implements ProbeResult {}
}
