package io.jpm.supervise;

/// What an instance in phase `launching` waits for. One in phase `waiting restart` waits for its
/// timer; there this says what comes after it.
public enum StartBlocker {
  /// It is not launching; after a delayed restart: the process comes next.
  NOTHING,
  /// The apps it depends on; no process has been asked for. After a delayed restart: they are
  /// waited for again, since it ended while there was no daemon and they may not run either.
  DEPENDENCIES,
  /// The process that has been asked for.
  SPAWN,
  /// The process runs and has not said that it is ready.
  READINESS
}
