package io.jpm.supervise;

/// The timers of an instance; at most one of each kind runs.
public enum InstanceTimer {
  /// Ends the stop timeout of a process tree.
  KILL,
  /// Ends the delay before a restart.
  RESTART,
  /// Ends the timeout in which a process must report that it is ready.
  READY
}
