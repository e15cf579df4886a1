package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// A batch of log lines of an app, as received by subscribers of the bridge. The JSON form is an
/// object:
///
/// ```json
/// {"v":1,"app":"web","first":17,"gap":0,
///  "lines":[{"id":0,"stream":"out","at":"2026-11-21T11:36:32.120Z","text":"listening on 8080"}]}
/// ```
///
/// New keys can be added without a new version `v`, so readers must ignore unknown keys.
///
/// Lines are numbered across all instances and both streams of the app. The numbering starts again
/// at 1 if the app has had no subscriber for a while. A subscriber receives the numbers in order,
/// and `gap` reports how many are missing: `first` is the number after the last line received, plus
/// `gap`. A message without lines only reports a gap.
///
/// A line is sent in parts if it is longer than [#MAX_LINE_BYTES] or if the app does not write the
/// end of the line for a while. The parts are numbered like lines. All parts except the last have
/// `"partial":true`, and all except the first have `"rest":true`. The parts of a line are
/// consecutive among the lines with the same `id`, `birth` and `stream`. `birth` distinguishes the
/// two processes that an instance has during a reload.
///
/// @param app the name of the app
/// @param first the number of the first line in `lines`; without lines, the number of the next line
/// @param gap how many lines before `first` are missing because the subscriber or the daemon was
///   too slow; 0 if there is no gap
/// @param lines the lines, oldest first
public record LinesMessage(String app, long first, long gap, List<Line> lines) {
  /// The maximum length of a line that is not split into parts, in bytes as written by the app.
  public static final int MAX_LINE_BYTES = 16 * 1024;

  private static final int VERSION = 1;

  public LinesMessage {
    lines = List.copyOf(lines);
  }

  /// A line, or a part of a line.
  ///
  /// @param id the id of the instance
  /// @param stream `out` or `err`
  /// @param at when the line was captured, with millisecond precision
  /// @param text the text without the line terminator; bytes that are not valid UTF-8 are replaced
  ///   by U+FFFD
  /// @param partial whether another part of the same line follows
  /// @param continued whether this is the continuation of an earlier part
  /// @param incarnation the incarnation of the instance, in milliseconds since 1970, which
  ///   distinguishes two processes with the same id during a reload; 0 if unknown
  public record Line(
      int id,
      String stream,
      Instant at,
      String text,
      boolean partial,
      boolean continued,
      long incarnation) {
    /// Creates a line whose incarnation is unknown.
    public Line(int id, String stream, Instant at, String text, boolean partial, boolean rest) {
      this(id, stream, at, text, partial, rest, 0);
    }

    /// Returns the JSON form.
    JsonObject toJson() {
      var json =
          new JsonObject()
              .put("id", id)
              .put("stream", stream)
              .put("at", at.truncatedTo(ChronoUnit.MILLIS).toString())
              .put("text", text);
      if (partial) {
        json.put("partial", true);
      }
      if (continued) {
        json.put("rest", true);
      }
      if (incarnation != 0) {
        json.put("birth", incarnation);
      }
      return json;
    }

    private static Line fromJson(JsonObject json) {
      return new Line(
          (int) number(json, "id"),
          json.getString("stream", ""),
          Instant.parse(json.getString("at", "")),
          json.getString("text", ""),
          json.getBoolean("partial", false),
          json.getBoolean("rest", false),
          number(json, "birth"));
    }
  }

  /// Returns a message that only reports a gap.
  ///
  /// @param next the number of the line after the gap
  /// @param count the number of missing lines
  public static LinesMessage missing(String app, long next, long count) {
    return new LinesMessage(app, next, count, List.of());
  }

  /// Returns the number of the line that follows this message.
  public long next() {
    return first + lines.size();
  }

  /// Returns the JSON form.
  public JsonObject toJson() {
    var array = new JsonArray(new ArrayList<>(lines.size()));
    lines.forEach(line -> array.add(line.toJson()));
    return new JsonObject()
        .put("v", VERSION)
        .put("app", app)
        .put("first", first)
        .put("gap", gap)
        .put("lines", array);
  }

  /// Parses the JSON form; unknown keys are ignored.
  ///
  /// @throws IllegalArgumentException if `json` is not a valid message
  public static LinesMessage fromJson(JsonObject json) {
    try {
      List<Line> lines = new ArrayList<>();
      for (Object line : json.getJsonArray("lines", new JsonArray())) {
        lines.add(Line.fromJson((JsonObject) line));
      }
      return new LinesMessage(
          json.getString("app", ""), number(json, "first"), number(json, "gap"), lines);
    } catch (ClassCastException | DateTimeException broken) {
      throw new IllegalArgumentException(
          "not a valid message with log lines: it has the keys %s (%s)"
              .formatted(json.fieldNames(), broken.getMessage()),
          broken);
    }
  }

  private static long number(JsonObject json, String key) {
    return json.getValue(key) instanceof Number number ? number.longValue() : 0;
  }
}
