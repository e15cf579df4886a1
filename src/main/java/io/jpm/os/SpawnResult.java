package io.jpm.os;

/// What came of an attempt to make a process.
public sealed interface SpawnResult {
  /// It runs.
  record Started(Child child) implements SpawnResult {}

  /// It does not, and nothing is left of the attempt.
  ///
  /// @param reason a sentence for the user that names the path and says what to mend, for example
  ///   `/srv/app.sh is not executable: chmod +x it or name an --interpreter`
  /// @param temporary the system had not the means just now (memory, processes, descriptors, a
  ///   program file that is being written): the same request may succeed later
  record Refused(String reason, boolean temporary) implements SpawnResult {}
}
