package io.jpm.supervise;

/// The timers of an instance; at most one of each runs.
public enum Timer {
  /// Ends the patience with a stopping tree.
  KILL,
  /// Ends the delay before a restart.
  RESTART,
  /// Ends the patience with a process that has not said it is ready.
  READY
}
