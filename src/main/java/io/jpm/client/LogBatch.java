package io.jpm.client;

import java.time.Instant;
import java.util.List;

/// A batch of new log lines of an app, or the report of a gap.
///
/// @param app the name of the app
/// @param first the number of the first line in `lines`. Lines are numbered across all instances
///   and both streams of the app. The numbering starts again at 1 if the app has had no subscriber
///   for a while
/// @param gap how many lines before `first` are missing because the daemon or this client was too
///   slow; 0 if there is no gap
/// @param lines the lines, oldest first; empty if only a gap is reported
public record LogBatch(String app, long first, long gap, List<Line> lines) {
  public LogBatch {
    lines = List.copyOf(lines);
  }

  /// A line, or a part of a very long line.
  ///
  /// @param id the id of the instance, unique within the home
  /// @param stream `out` or `err`
  /// @param at when the line was captured
  /// @param text the text without the line terminator
  /// @param partial whether another part of the same line follows
  /// @param continued whether this is the continuation of an earlier part
  public record Line(
      int id, String stream, Instant at, String text, boolean partial, boolean continued) {
    static Line of(JsonMembers json) {
      return new Line(
          json.integer("id"),
          json.text("stream"),
          Instant.parse(json.text("at")),
          json.text("text"),
          json.isTrue("partial"),
          json.isTrue("rest"));
    }
  }

  static LogBatch of(JsonMembers json) {
    return new LogBatch(
        json.text("app"), json.number("first"), json.number("gap"), json.each("lines", Line::of));
  }
}
