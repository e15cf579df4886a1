package io.jpm.os;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// Inspects the system that the daemon runs on. All methods may block for some milliseconds and
/// must not be called on an event loop.
public interface SystemInspection {
  /// Returns the current facts about the system.
  SystemFacts facts();

  /// Returns how many more files can be created on the file system that contains `path`; empty if
  /// the file system does not report this or has no such limit.
  OptionalLong freeInodes(Path path);

  /// Reports whether a process has a named pipe open for reading; empty if this cannot be
  /// determined.
  Optional<Boolean> hasReader(Path fifo);
}
