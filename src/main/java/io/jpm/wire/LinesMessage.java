package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// A batch of log lines of an app, as subscribers of the bridge receive it.
///
/// As JSON an object: `{"v":1,"app":"web","first":17,"gap":0,"lines":[{"id":0,"stream":"out",
/// "at":"2026-11-21T11:36:32.120Z","text":"listening on 8080"}]}`. Keys may be added without a new
/// version; readers ignore unknown ones.
///
/// Lines are numbered across all instances and both streams of the app. The numbering restarts at 1
/// when the app gets a subscriber after a time without any. A subscriber receives the numbers in
/// order, and `gap` reports the missing ones: `first` is the number after the last known one, plus
/// `gap`. A message without lines reports only a gap.
///
/// A line that is longer than [#MAX_LINE_BYTES], or whose end does not arrive for a while, is sent
/// in parts that are numbered like lines. All but the last have `"partial":true`, all but the first
/// `"rest":true`. The parts of a line are consecutive among those with the same `id`, `birth` and
/// `stream`. `birth` differs between the two processes that an instance has during a reload.
///
/// @param app the name of the app
/// @param first the number of the first of `lines`; without lines, the number of the next one
/// @param gap how many lines before `first` are missing, because the subscriber or the daemon was
///   too slow for them; 0 or more
/// @param lines oldest first
public record LinesMessage(String app, long first, long gap, List<Line> lines) {
  /// The maximum length of a line before it is sent in parts, in bytes as printed by the app.
  public static final int MAX_LINE_BYTES = 16 * 1024;

  private static final int VERSION = 1;

  public LinesMessage {
    lines = List.copyOf(lines);
  }

  /// A line, or a part of one.
  ///
  /// @param id the id of the instance
  /// @param stream `out` or `err`
  /// @param at when it was captured, with milliseconds
  /// @param text without the line terminator; bytes that are not UTF-8 are replaced by U+FFFD
  /// @param partial whether more of the same line follows
  /// @param continued whether it continues a line that began in an earlier part
  /// @param incarnation the incarnation of the instance, which distinguishes two processes with the
  ///   same id during a reload, in milliseconds since 1970; 0: unknown
  public record Line(
      int id,
      String stream,
      Instant at,
      String text,
      boolean partial,
      boolean continued,
      long incarnation) {
    /// Creates a line of an unknown incarnation.
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

  /// Returns a message that reports only a gap.
  ///
  /// @param next the number of the line after the gap
  /// @param count how many lines are missing
  public static LinesMessage missing(String app, long next, long count) {
    return new LinesMessage(app, next, count, List.of());
  }

  /// Returns the number of the line after this message.
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
          "not a message of lines, keys %s: %s".formatted(json.fieldNames(), broken.getMessage()),
          broken);
    }
  }

  private static long number(JsonObject json, String key) {
    return json.getValue(key) instanceof Number number ? number.longValue() : 0;
  }
}
