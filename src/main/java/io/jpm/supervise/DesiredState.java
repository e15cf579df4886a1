package io.jpm.supervise;

/// What the owner wants of an instance, kept apart from what is observed.
public enum DesiredState {
  /// It shall run.
  UP,
  /// It shall not run: somebody has stopped it, and only a person starts it again.
  DOWN,
  /// Nobody has asked for it or stopped it, or it has ended by itself and is not started again: its
  /// schedule may start it. (PM2's cron starts stopped apps too.)
  IDLE
}
