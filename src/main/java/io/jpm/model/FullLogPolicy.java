package io.jpm.model;

/// What becomes of output that its log file cannot take (`logs.when_full`).
public enum FullLogPolicy {
  /// The oldest lines that wait are dropped and counted; the app is never held up.
  DROP_OLDEST,
  /// Nothing is dropped: once the memory for it is full the app waits in its next `write`.
  BLOCK
}
