package io.jpm.client;

import java.time.Instant;
import java.util.List;

/// What an app has printed just now, or that something of it is missing.
///
/// @param app its name
/// @param first the number of the first of `lines`, which are numbered over all instances and both
///   streams of the app; it begins anew when the app's first subscriber comes after a time without
/// @param gap how many lines before `first` are missing, since the daemon or this client was too
///   slow for them; 0: none
/// @param lines oldest first; empty: only the gap is told
public record LogBatch(String app, long first, long gap, List<Line> lines) {
  public LogBatch {
    lines = List.copyOf(lines);
  }

  /// One line, or a piece of a very long one.
  ///
  /// @param id the instance's number among all of the home
  /// @param stream `out` or `err`
  /// @param at when it came
  /// @param text without the end of the line
  /// @param partial whether more of the same line follows
  /// @param rest whether it goes on with a line that an earlier piece has begun
  public record Line(
      int id, String stream, Instant at, String text, boolean partial, boolean rest) {
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
