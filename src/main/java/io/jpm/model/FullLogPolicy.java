package io.jpm.model;

/// The policy for output that cannot be written to its log file (`logs.when_full`).
public enum FullLogPolicy {
  /// The oldest waiting lines are dropped and counted. The app is never blocked.
  DROP_OLDEST,
  /// No lines are dropped. Once the log buffer is full, the app blocks in its next `write`.
  BLOCK
}
