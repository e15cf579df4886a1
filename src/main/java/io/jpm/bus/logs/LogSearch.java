package io.jpm.bus.logs;

import java.nio.file.Path;
import java.util.Optional;

/// The progress of a search for the last lines of a log, backwards from its end. A search may
/// require several requests ([LogsCommand.Seek]).
///
/// @param log the path of the log file
/// @param span the part that has been searched; empty if none has been searched yet
/// @param found the number of matching lines in the span
/// @param decompression the progress in the compressed file before the span
/// @param done whether the search is finished and the span contains the requested lines
public record LogSearch(
    Path log,
    Optional<Span> span,
    long found,
    Optional<Decompression> decompression,
    boolean done) {
  /// A contiguous part of a log.
  ///
  /// @param from its beginning, at the beginning of a line
  /// @param to its end
  public record Span(LogPosition from, LogPosition to) {}

  /// The progress of a search through a compressed file, from its beginning.
  ///
  /// @param offset how far the file has been searched
  /// @param count the number of matching lines before that offset
  /// @param skip how many of these lines exceed the requested number; negative if not known yet
  public record Decompression(long offset, long count, long skip) {}

  /// Returns a search that has not started.
  public static LogSearch of(Path log) {
    return new LogSearch(log, Optional.empty(), 0, Optional.empty(), false);
  }

  /// Returns this search, extended over an earlier part of the log.
  public LogSearch extended(Span now, long lines) {
    return new LogSearch(log, Optional.of(now), lines, Optional.empty(), false);
  }

  /// Returns this search, suspended within a compressed file.
  public LogSearch suspended(Decompression state) {
    return new LogSearch(log, span, found, Optional.of(state), false);
  }

  /// Returns this search, finished with `result`.
  public LogSearch finished(Span result) {
    return new LogSearch(log, Optional.of(result), found, Optional.empty(), true);
  }
}
