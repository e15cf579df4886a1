package io.jpm.os;

/// The outcome of an attempt to create a process.
public sealed interface SpawnResult {
  /// The process was created.
  record Started(Child child) implements SpawnResult {}

  /// The process could not be created, and nothing was left behind.
  ///
  /// @param reason a message for the user that contains the path and the fix, for example
  ///   `/srv/app.sh is not executable: run chmod +x on it, or set --interpreter`
  /// @param temporary whether the cause is temporary, such as a lack of memory, processes or
  ///   descriptors, or a program file that is being written. The same request may succeed later.
  record Refused(String reason, boolean temporary) implements SpawnResult {}
}
