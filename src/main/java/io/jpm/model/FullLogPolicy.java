package io.jpm.model;

/// The policy for output that a log file does not accept (`logs.when_full`).
public enum FullLogPolicy {
  /// The oldest waiting lines are dropped and counted. The app is never blocked.
  DROP_OLDEST,
  /// Nothing is dropped: once the log buffer is full, the app blocks in its next `write`.
  BLOCK
}
