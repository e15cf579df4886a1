package io.jpm.supervise;

/// The event that an instance in phase `launching` waits for. In phase `waiting restart`, which
/// waits for its timer, it is the event that the instance waits for afterwards.
public enum StartBlocker {
  /// Not launching. In phase `waiting restart`: the process is spawned as soon as the delay is
  /// over.
  NOTHING,
  /// The apps that it depends on; no process has been requested. In phase `waiting restart`: the
  /// dependencies are awaited again, since the run ended while no daemon ran and they may have
  /// ended too.
  DEPENDENCIES,
  /// The requested process.
  SPAWN,
  /// The process runs and has not reported that it is ready.
  READINESS
}
