package io.jpm.supervise;

/// The timers of an instance. At most one timer of each kind is running.
public enum InstanceTimer {
  /// The stop timeout of a process tree.
  KILL,
  /// The delay before a restart.
  RESTART,
  /// The timeout within which a process must report that it is ready.
  READY
}
