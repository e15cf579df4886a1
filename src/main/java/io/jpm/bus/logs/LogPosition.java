package io.jpm.bus.logs;

import java.nio.file.Path;
import java.time.Instant;

/// A position in a log: in its active file or in a rotated one. It remains valid when the file is
/// later rotated or compressed.
///
/// @param log the path of the log file
/// @param part the active file or a rotated one
/// @param offset the number of bytes from the beginning of the uncompressed file; everything before
///   it has been read. [#END] denotes the end of a file of unknown length
/// @param scannedTo the offset up to which the file was searched for a line end, at least `offset`
public record LogPosition(Path log, Part part, long offset, long scannedTo) {
  public static final long END = Long.MAX_VALUE;

  /// One of the files of a log.
  public sealed interface Part {}

  /// A rotated file.
  ///
  /// @param at the time of the rotation
  public record Rotated(Instant at) implements Part {}

  /// The active file, to which lines were appended when the position was created.
  ///
  /// @param after when the previous file was rotated; [Instant#EPOCH] if there was none
  /// @param key the file's key in the file system; empty if the file did not exist yet
  public record Active(Instant after, String key) implements Part {}

  /// Creates a position from which the search for a line end has not started.
  public LogPosition(Path log, Part part, long offset) {
    this(log, part, offset, offset);
  }

  /// Returns the position at the start of a log whose file does not exist yet.
  public static LogPosition startOf(Path log) {
    return new LogPosition(log, new Active(Instant.EPOCH, ""), 0);
  }
}
