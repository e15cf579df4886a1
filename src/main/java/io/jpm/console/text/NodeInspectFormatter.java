package io.jpm.console.text;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Formats JSON as Node's `util.inspect` does (`compact: 3`, `breakLength: 80`), with unlimited
/// depth and without colors. Tools that read `pm2 prettylist` line by line expect this form.
///
/// Node truncates arrays after 100 elements and strings after 10,000 characters; this class writes
/// everything.
public final class NodeInspectFormatter {
  /// The maximum line length (Node's `breakLength`).
  private static final int LINE = 80;

  /// The maximum number of nesting levels on one line (Node's `compact`).
  private static final int COMPACT = 3;

  /// Strings up to this length are never split.
  private static final int SHORT_STRING = 16;

  private static final int RESERVE = 10;
  private static final Pattern IDENTIFIER = Pattern.compile("[a-zA-Z_][a-zA-Z_0-9]*");

  private int indent;

  /// The depth of the most recently formatted object or array that is not empty (Node's
  /// `currentDepth`).
  private int deepest;

  private NodeInspectFormatter() {}

  /// Returns the text of a [JsonObject], a [JsonArray], a string, a number, a boolean or null,
  /// without a trailing line feed.
  public static String of(@Nullable Object value) {
    return new NodeInspectFormatter().text(value, 0);
  }

  private String text(@Nullable Object value, int depth) {
    return switch (value) {
      case null -> "null";
      case JsonObject object -> object(object, depth);
      case JsonArray array -> array(array, depth);
      case Number number -> number(number);
      case Boolean truth -> truth.toString();
      default -> string(value.toString());
    };
  }

  private String object(JsonObject object, int depth) {
    if (object.isEmpty()) {
      return "{}";
    }
    deepest = depth;
    List<String> entries = new ArrayList<>();
    for (Map.Entry<String, @Nullable Object> entry : object) {
      entries.add(key(entry.getKey()) + ": " + nested(entry.getValue(), depth));
    }
    return together(entries, depth, '{', '}', false);
  }

  private String array(JsonArray array, int depth) {
    if (array.isEmpty()) {
      return "[]";
    }
    deepest = depth;
    List<String> entries = new ArrayList<>();
    boolean numbers = true;
    for (Object element : array) {
      entries.add(nested(element, depth));
      numbers &= element instanceof Number;
    }
    List<String> grouped = NodeInspectColumns.group(entries, numbers, LINE, indent);
    return together(grouped, depth, '[', ']', grouped.size() != entries.size());
  }

  private String nested(@Nullable Object value, int depth) {
    indent += 2;
    String text = text(value, depth + 1);
    indent -= 2;
    return text;
  }

  /// Joins the entries of an object or array on one line if they fit, otherwise on separate lines.
  ///
  /// @param apart whether each entry must be on its own line
  private String together(List<String> entries, int depth, char open, char close, boolean apart) {
    if (!apart && deepest - depth < COMPACT && fits(entries)) {
      String line = String.join(", ", entries);
      if (line.indexOf('\n') < 0) {
        return open + " " + line + " " + close;
      }
    }
    String margin = "\n" + " ".repeat(indent);
    return open + margin + "  " + String.join("," + margin + "  ", entries) + margin + close;
  }

  private boolean fits(List<String> entries) {
    int start = entries.size() + indent + 1 + RESERVE;
    int total = entries.size() + start;
    return total + entries.size() <= LINE
        && total + entries.stream().mapToInt(String::length).sum() <= LINE;
  }

  private static String key(String key) {
    if (key.equals("__proto__")) {
      return "['__proto__']";
    }
    return IDENTIFIER.matcher(key).matches() ? key : quoted(key);
  }

  /// Formats a string. A long string is split after each line feed.
  private String string(String text) {
    if (text.length() <= SHORT_STRING || text.length() <= LINE - indent - 4) {
      return quoted(text);
    }
    List<String> lines = new ArrayList<>();
    int from = 0;
    for (int end = text.indexOf('\n') + 1; end > 0; end = text.indexOf('\n', from) + 1) {
      lines.add(quoted(text.substring(from, end)));
      from = end;
    }
    if (from < text.length()) {
      lines.add(quoted(text.substring(from)));
    }
    return String.join(" +\n" + " ".repeat(indent + 2), lines);
  }

  /// Quotes a string with single quotes, or with other quotes if that avoids escaping.
  private static String quoted(String text) {
    char quote = '\'';
    if (text.indexOf('\'') >= 0) {
      if (text.indexOf('"') < 0) {
        quote = '"';
      } else if (text.indexOf('`') < 0 && !text.contains("${")) {
        quote = '`';
      }
    }
    var escaped = new StringBuilder(text.length() + 2).append(quote);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      boolean pair =
          Character.isHighSurrogate(c)
              && i + 1 < text.length()
              && Character.isLowSurrogate(text.charAt(i + 1));
      if (pair) {
        escaped.append(c).append(text.charAt(++i));
      } else {
        append(escaped, c, quote);
      }
    }
    return escaped.append(quote).toString();
  }

  private static void append(StringBuilder escaped, char c, char quote) {
    switch (c) {
      case '\b' -> escaped.append("\\b");
      case '\t' -> escaped.append("\\t");
      case '\n' -> escaped.append("\\n");
      case '\f' -> escaped.append("\\f");
      case '\r' -> escaped.append("\\r");
      case '\\' -> escaped.append("\\\\");
      case '\'' -> escaped.append(quote == '\'' ? "\\'" : "'");
      default -> {
        if (c < 0x20 || (c >= 0x7F && c < 0xA0)) {
          escaped.append(String.format("\\x%02X", (int) c));
        } else if (Character.isSurrogate(c)) {
          escaped.append(String.format("\\u%04x", (int) c));
        } else {
          escaped.append(c);
        }
      }
    }
  }

  /// Formats a number as JavaScript does: without `.0`, and without an exponent from 1e-6 up to,
  /// but not including, 1e21.
  private static String number(Number number) {
    if (number instanceof Integer || number instanceof Long) {
      return number.toString();
    }
    double value = number.doubleValue();
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    double size = Math.abs(value);
    if (size >= 1e-6 && size < 1e21) {
      return new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    }
    String[] parts = Double.toString(value).split("E", -1);
    if (parts.length != 2) {
      return Double.toString(value); // NaN and Infinity, which are not JSON
    }
    String digits =
        parts[0].endsWith(".0") ? parts[0].substring(0, parts[0].length() - 2) : parts[0];
    return digits + "e" + (parts[1].startsWith("-") ? "" : "+") + parts[1];
  }
}
