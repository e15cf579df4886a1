package io.jpm.os;

import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalLong;

/// Looks at the system that the daemon runs on. All methods may block for some milliseconds: never
/// call them on an event loop.
public interface SystemInspection {
  /// How it is now.
  SystemFacts look();

  /// How many more files the disk of `path` can hold; empty where it is not told, or the disk has
  /// no such limit.
  OptionalLong freeInodes(Path path);

  /// Whether somebody reads a named pipe; empty where that cannot be known.
  Optional<Boolean> hasReader(Path fifo);
}
