package io.jpm.bus.logs;

import java.nio.file.Path;
import java.time.Instant;

/// A place in a log: in its file or in one that was rotated away from it. It stays the same place
/// when the file is rotated, and packed, after it was noted.
///
/// @param log the log file's path
/// @param part which of its files
/// @param offset bytes from that file's beginning, as they were before packing; what lies before
///   has been read. [#END] is the end of a file whose length nobody knows
/// @param seen how far the file has been looked at for a line end, at least `offset`
public record LogPosition(Path log, Part part, long offset, long seen) {
  public static final long END = Long.MAX_VALUE;

  /// One of the files of a log.
  public sealed interface Part {}

  /// One that was rotated.
  ///
  /// @param at when
  public record Rotated(Instant at) implements Part {}

  /// The one that is written to, or was when the place was noted.
  ///
  /// @param after when the file before it was rotated; [Instant#EPOCH]: there was none
  /// @param key what the file system calls it; empty: there was no file
  public record Active(Instant after, String key) implements Part {}

  /// A place whose file has not been looked at beyond it.
  public LogPosition(Path log, Part part, long offset) {
    this(log, part, offset, offset);
  }

  /// The beginning of a log of which there is no file yet.
  public static LogPosition nowhere(Path log) {
    return new LogPosition(log, new Active(Instant.EPOCH, ""), 0);
  }
}
