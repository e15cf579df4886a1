package io.jpm.client;

import java.time.Instant;
import java.util.List;

/// A batch of new log lines of an app, or the report of a gap.
///
/// @param app the name of the app
/// @param first the number of the first of `lines`. Lines are numbered across all instances and
///   both streams of the app. The numbering restarts when the app gets a subscriber after a time
///   without any
/// @param gap how many lines before `first` are missing, because the daemon or this client was too
///   slow for them; 0: none
/// @param lines oldest first; empty: only the gap is reported
public record LogBatch(String app, long first, long gap, List<Line> lines) {
  public LogBatch {
    lines = List.copyOf(lines);
  }

  /// A line, or a part of a very long one.
  ///
  /// @param id the id of the instance, unique in the home
  /// @param stream `out` or `err`
  /// @param at when it was captured
  /// @param text without the line terminator
  /// @param partial whether more of the same line follows
  /// @param continued whether it continues a line that began in an earlier part
  public record Line(
      int id, String stream, Instant at, String text, boolean partial, boolean continued) {
    static Line of(JsonMembers json) {
      return new Line(
          json.integer("id"),
          json.text("stream"),
          Instant.parse(json.text("at")),
          json.text("text"),
          json.yes("partial"),
          json.yes("rest"));
    }
  }

  static LogBatch of(JsonMembers json) {
    return new LogBatch(
        json.text("app"), json.number("first"), json.number("gap"), json.each("lines", Line::of));
  }
}
