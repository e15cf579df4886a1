package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// What an app has printed, as subscribers of the bridge learn it.
///
/// As JSON an object: `{"v":1,"app":"web","first":17,"gap":0,"lines":[{"id":0,"stream":"out",
/// "at":"2026-11-21T11:36:32.120Z","text":"listening on 8080"}]}`. Keys may be added without a new
/// version; readers skip those that they do not know.
///
/// Lines have numbers, counted over all instances and both streams of the app, from 1 on when the
/// first subscriber comes after a time without any. A subscriber gets each number, in order, or is
/// told in `gap` how many it does not get: `first` is the number after the last one it knows, plus
/// `gap`. A message may have no lines and tell of a gap only.
///
/// A line longer than [#MAX_LINE_BYTES], or one whose end does not come for a while, is told in
/// pieces that are numbered like lines: all but the last have `"partial":true`, all but the first
/// `"rest":true`. Pieces of one line follow each other among those with the same `id`, `birth` and
/// `stream`. `birth` differs between the two processes that an instance has while it is reloaded.
///
/// @param app the app's name
/// @param first the number of the first of `lines`; with no lines, the number of the next one
/// @param gap how many lines before `first` are missing, 0 or more: the subscriber, or the daemon,
///   was too slow for them
/// @param lines what was printed, oldest first
public record LinesMessage(String app, long first, long gap, List<Line> lines) {
  /// How long a line may be before it is told in pieces, in bytes as the app printed them.
  public static final int MAX_LINE_BYTES = 16 * 1024;

  private static final int VERSION = 1;

  public LinesMessage {
    lines = List.copyOf(lines);
  }

  /// One line, or a piece of one.
  ///
  /// @param id the instance's id
  /// @param stream `out` or `err`
  /// @param at when it came to its file, with milliseconds
  /// @param text without its end; bytes that are no UTF-8 have become U+FFFD
  /// @param partial whether more of the same line follows
  /// @param rest whether it goes on with a line that an earlier piece has begun
  /// @param birth tells two processes with the same id apart while an instance is being reloaded,
  ///   milliseconds since 1970; 0 where that is not known
  public record Line(
      int id, String stream, Instant at, String text, boolean partial, boolean rest, long birth) {
    /// Where it is not known which of an instance's processes it was.
    public Line(int id, String stream, Instant at, String text, boolean partial, boolean rest) {
      this(id, stream, at, text, partial, rest, 0);
    }

    /// The JSON form.
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
      if (rest) {
        json.put("rest", true);
      }
      if (birth != 0) {
        json.put("birth", birth);
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

  /// A message that tells of missing lines only.
  ///
  /// @param next the number of the line that comes after them
  /// @param count how many are missing
  public static LinesMessage missing(String app, long next, long count) {
    return new LinesMessage(app, next, count, List.of());
  }

  /// The number of the line that comes after this message.
  public long next() {
    return first + lines.size();
  }

  /// The JSON form.
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

  /// Reads the JSON form. Unknown keys are skipped.
  ///
  /// @throws IllegalArgumentException when `json` is none
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
          "no message of lines, keys %s: %s".formatted(json.fieldNames(), broken.getMessage()),
          broken);
    }
  }

  private static long number(JsonObject json, String key) {
    return json.getValue(key) instanceof Number number ? number.longValue() : 0;
  }
}
