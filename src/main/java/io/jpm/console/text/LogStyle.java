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

/// How `jpm logs` prints a line.
///
/// @param kind what stands around it
/// @param time how the time before it is written; empty: there is none
/// @param highlight a word to mark where there are colours
public record LogStyle(Kind kind, Optional<TimePattern> time, Optional<String> highlight) {
  private static final DateTimeFormatter ISO =
      DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'").withZone(ZoneOffset.UTC);
  private static final DateTimeFormatter PM2 = DateTimeFormatter.ofPattern("uuuu-MM-dd-HH:mm:ssxx");
  private static final Collection<String> KEYS =
      List.of("message", "timestamp", "type", "process_id", "app_name");
  private static final Pattern COLOR = Pattern.compile("\u001b\\[[0-9;:]*m");
  private static final String MARK = "\u001b[7m";
  private static final String MARK_END = "\u001b[27m";

  /// What stands around a line.
  public enum Kind {
    /// `0|web | ` before it.
    LABELLED,
    /// Nothing.
    RAW,
    /// It is in a JSON object.
    JSON,
    /// `timestamp=… app=… id=… type=… message=` before it.
    FORMAT
  }

  /// What it is printed on.
  ///
  /// @param zone whose time is shown
  /// @param terminal whether it is a terminal, which obeys control sequences
  /// @param colors whether there are colours
  public record Target(ZoneId zone, boolean terminal, boolean colors) {}

  /// The line as it is printed, without its end.
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
    return target.terminal() ? TerminalText.colored(text) : text;
  }

  /// Only what is seen is marked, not what colours it.
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
      return target.terminal() ? TerminalText.json(own) : line.text();
    }
    var json =
        new JsonObject()
            .put("message", line.text())
            .put("timestamp", ISO.format(line.time()))
            .put("type", labels.isError(line.log()) ? "err" : "out")
            .put("process_id", labels.id(line.log()).orElse(null))
            .put("app_name", labels.app(line.log()));
    return target.terminal() ? TerminalText.json(json) : json.encode();
  }

  /// The object that a line of `log_type: json` is.
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
