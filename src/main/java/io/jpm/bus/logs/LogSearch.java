package io.jpm.bus.logs;

import java.nio.file.Path;
import java.util.Optional;

/// The search for the last lines of a log, backwards from its end; so long that it may take several
/// questions ([LogsCommand.Seek]).
///
/// @param log the log file's path
/// @param span what has been searched; empty: nothing yet
/// @param found how many wanted lines are in it
/// @param unpacking how far the packed file before the span has been looked through
/// @param done whether the search has ended: the span holds what is wanted
public record LogSearch(
    Path log, Optional<Span> span, long found, Optional<Unpacking> unpacking, boolean done) {
  /// A stretch of a log.
  ///
  /// @param from its beginning, where a line begins
  /// @param to its end
  public record Span(LogPosition from, LogPosition to) {}

  /// A look through a packed file, from its beginning.
  ///
  /// @param offset how far
  /// @param count how many wanted lines stand before that
  /// @param skip how many of them are too many; negative: that is not known yet
  public record Unpacking(long offset, long count, long skip) {}

  /// A search that has not begun.
  public static LogSearch of(Path log) {
    return new LogSearch(log, Optional.empty(), 0, Optional.empty(), false);
  }

  /// The search with more of the log behind it.
  public LogSearch at(Span now, long lines) {
    return new LogSearch(log, Optional.of(now), lines, Optional.empty(), false);
  }

  /// The search in the midst of a packed file.
  public LogSearch unpacking(Unpacking state) {
    return new LogSearch(log, span, found, Optional.of(state), false);
  }

  /// The search when it has ended.
  public LogSearch over(Span result) {
    return new LogSearch(log, Optional.of(result), found, Optional.empty(), true);
  }
}
