package io.jpm.supervise;

/// The state that the owner desires for an instance, as opposed to the observed state.
public enum DesiredState {
  /// The instance must run.
  UP,
  /// The instance must not run: a user has stopped it, and only a user starts it again.
  DOWN,
  /// The instance was neither started nor stopped by a user, or it has ended by itself and is not
  /// restarted. Its schedule may start it. (PM2's cron starts stopped apps too.)
  IDLE
}
