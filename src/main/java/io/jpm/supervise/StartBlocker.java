package io.jpm.supervise;

/// The condition for which an instance in phase `launching` waits. In phase `waiting restart`, it
/// is the condition for which the instance will wait after the restart delay.
public enum StartBlocker {
  /// Waits for nothing. In phase `waiting restart`, the process is spawned as soon as the delay has
  /// expired.
  NOTHING,
  /// Waits until the dependencies of the app are met. No process has been requested yet. In phase
  /// `waiting restart`, the dependencies are checked again, because the run ended while no daemon
  /// was running and they may have exited too.
  DEPENDENCIES,
  /// Waits until the requested process exists.
  SPAWN,
  /// Waits until the process, which is running, has reported that it is ready.
  READINESS
}
