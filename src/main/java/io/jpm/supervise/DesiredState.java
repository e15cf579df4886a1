package io.jpm.supervise;

/// The desired state of an instance, as opposed to its observed state.
public enum DesiredState {
  /// The instance must run.
  UP,
  /// The instance must not run, because a user has stopped it. Only a user can start it again.
  DOWN,
  /// The instance has neither been started nor stopped by a user, or it has exited on its own and
  /// will not be restarted. Its schedule may start it. In PM2, a schedule also starts stopped apps.
  IDLE
}
