package io.jpm.supervise;

/// What an instance in phase `launching` waits for.
public enum Awaiting {
  /// It is not launching.
  NOTHING,
  /// The apps it depends on; no process has been asked for.
  DEPENDENCIES,
  /// The process that has been asked for.
  SPAWN,
  /// The process runs and has not said that it is ready.
  READINESS
}
