package io.jpm.console.text;

import io.jpm.bus.logs.LogsReply.Line;
import io.jpm.model.text.TimePattern;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Formats log lines for `jpm logs`.
///
/// @param kind the output format of a line
/// @param time the format of the timestamp before the text; empty for no timestamp
/// @param highlight a word to highlight on a color terminal; empty for none
public record LogStyle(Kind kind, Optional<TimePattern> time, Optional<String> highlight) {
  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter PM2 = DateTimeFormatter.ofPattern("uuuu-MM-dd-HH:mm:ssxx");
  private static final Collection<String> KEYS =
      List.of("message", "timestamp", "type", "process_id", "app_name");
  private static final Pattern COLOR = Pattern.compile("\u001b\\[[0-9;:]*m");
  private static final String MARK = "\u001b[7m";
  private static final String MARK_END = "\u001b[27m";

  /// The output format of a line.
  public enum Kind {
    /// The text with a label before it: `0|web | text`.
    LABELLED,
    /// Only the text.
    RAW,
    /// A JSON object.
    JSON,
    /// Key-value pairs: `timestamp=… app=… id=… type=… message=…`.
    FORMAT
  }

  /// The output device.
  ///
  /// @param zone the time zone of displayed times
  /// @param terminal whether the device is a terminal, which interprets control sequences
  /// @param colors whether the device supports colors
  public record Target(ZoneId zone, boolean terminal, boolean colors) {}

  /// Formats a line for output, without a line feed.
  public String draw(Line line, LogLabels labels, Target target) {
    return switch (kind) {
      case LABELLED -> labels.prefix(line.log(), target.colors()) + text(line, target);
      case RAW -> text(line, target);
      case JSON -> json(line, labels, target);
      case FORMAT ->
          "timestamp=%s app=%s id=%s type=%s message=%s"
              .formatted(
                  PM2.withZone(target.zone()).format(line.time()),
                  labels.app(line.log()),
                  labels.id(line.log()).map(Object::toString).orElse(""),
                  labels.isError(line.log()) ? "error" : "out",
                  safe(line.text(), target));
    };
  }

  private String text(Line line, Target target) {
    String text = safe(line.text(), target);
    String marked =
        target.colors() && target.terminal()
            ? highlight.map(word -> marked(text, word)).orElse(text)
            : text;
    return time.map(pattern -> pattern.format(line.time(), target.zone()) + ": " + marked)
        .orElse(marked);
  }

  private static String safe(String text, Target target) {
    return target.terminal() ? TerminalSanitizer.colored(text) : text;
  }

  /// Highlights `word` in visible text, but not within color sequences.
  private static String marked(String text, String word) {
    var all = new StringBuilder();
    Matcher color = COLOR.matcher(text);
    int from = 0;
    while (color.find()) {
      all.append(text.substring(from, color.start()).replace(word, MARK + word + MARK_END));
      all.append(color.group());
      from = color.end();
    }
    return all.append(text.substring(from).replace(word, MARK + word + MARK_END)).toString();
  }

  private static String json(Line line, LogLabels labels, Target target) {
    JsonObject own = own(line.text());
    if (own != null) {
      return target.terminal() ? TerminalSanitizer.json(own) : line.text();
    }
    var json =
        new JsonObject()
            .put("message", line.text())
            .put("timestamp", ISO.format(line.time()))
            .put("type", labels.isError(line.log()) ? "err" : "out")
            .put("process_id", labels.id(line.log()).orElse(null))
            .put("app_name", labels.app(line.log()));
    return target.terminal() ? TerminalSanitizer.json(json) : json.encode();
  }

  /// Parses a line that was written with `log_type: json`. Returns null for any other line.
  private static @Nullable JsonObject own(String text) {
    if (!text.startsWith("{")) {
      return null;
    }
    try {
      var json = new JsonObject(text);
      return json.fieldNames().containsAll(KEYS) ? json : null;
    } catch (DecodeException another) {
      return null;
    }
  }
}
