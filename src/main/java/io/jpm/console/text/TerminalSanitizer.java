package io.jpm.console.text;

import io.vertx.core.json.JsonObject;

/// Makes untrusted text safe for a terminal. The output of an app may use colors, but must not move
/// the cursor, set the title or inject input.
public final class TerminalSanitizer {
  private static final char ESCAPE = '\u001b';
  private static final String RESET = "\u001b[0m";

  private TerminalSanitizer() {}

  /// Removes all control sequences from `line` except tabs and SGR colors (`ESC [ … m`). Colors are
  /// reset at the end of the line.
  public static String colored(String line) {
    if (isHarmless(line)) {
      return line;
    }
    StringBuilder kept = new StringBuilder(line.length());
    boolean painted = false;
    int i = 0;
    while (i < line.length()) {
      int end = sequenceEnd(line, i);
      if (isColor(line, i, end)) {
        kept.append(line, i, end);
        painted = true;
      } else if (!isControl(line.charAt(i)) || line.charAt(i) == '\t') {
        kept.append(line, i, end);
      }
      i = end;
    }
    return painted ? kept.append(RESET).toString() : kept.toString();
  }

  /// Returns `text` on one line, with control characters in visible form, such as `\x1b`.
  public static String visible(String text) {
    if (isHarmless(text) && text.indexOf('\t') < 0) {
      return text;
    }
    StringBuilder spelled = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '\n' -> spelled.append("\\n");
        case '\r' -> spelled.append("\\r");
        case '\t' -> spelled.append("\\t");
        default -> {
          if (isControl(c)) {
            spelled.append(String.format("\\x%02x", (int) c));
          } else {
            spelled.append(c);
          }
        }
      }
    }
    return spelled.toString();
  }

  /// Returns the JSON on one line. DEL and C1 characters, which JSON permits, are escaped.
  public static String json(JsonObject json) {
    String text = json.encode();
    if (isHarmless(text)) {
      return text;
    }
    var escaped = new StringBuilder(text.length() + 16);
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isControl(c)) {
        escaped.append(String.format("\\u%04x", (int) c));
      } else {
        escaped.append(c);
      }
    }
    return escaped.toString();
  }

  private static boolean isHarmless(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (isControl(text.charAt(i)) && text.charAt(i) != '\t') {
        return false;
      }
    }
    return true;
  }

  /// Reports whether `c` is a control character: C0, DEL or C1. Many terminals interpret the 8-bit
  /// forms of C1.
  private static boolean isControl(char c) {
    return c < 0x20 || (c >= 0x7F && c < 0xA0);
  }

  private static boolean isColor(String line, int start, int end) {
    if (line.charAt(start) != ESCAPE || end - start < 3 || line.charAt(start + 1) != '[') {
      return false;
    }
    for (int i = start + 2; i < end - 1; i++) {
      char c = line.charAt(i);
      if ((c < '0' || c > '9') && c != ';' && c != ':') {
        return false;
      }
    }
    return line.charAt(end - 1) == 'm';
  }

  /// Returns the end of the character or control sequence at `start` (ECMA-48, 5.4 and 5.6).
  private static int sequenceEnd(String line, int start) {
    char first = line.charAt(start);
    if (first == '\u009b') {
      return controlSequenceEnd(line, start + 1);
    }
    if (first == '\u0090' || first == '\u0098' || (first >= '\u009d' && first <= '\u009f')) {
      return stringEnd(line, start + 1);
    }
    if (first != ESCAPE || start + 1 == line.length()) {
      return start + 1;
    }
    return switch (line.charAt(start + 1)) {
      case '[' -> controlSequenceEnd(line, start + 2);
      case ']', 'P', 'X', '^', '_' -> stringEnd(line, start + 2);
      default -> escapeEnd(line, start + 1);
    };
  }

  /// Returns the end of an escape sequence, which consists of intermediate characters and one final
  /// character.
  private static int escapeEnd(String line, int from) {
    int i = from;
    while (i < line.length() && line.charAt(i) >= ' ' && line.charAt(i) <= '/') {
      i++;
    }
    boolean isFinal = i < line.length() && line.charAt(i) >= '0' && line.charAt(i) <= '~';
    return isFinal ? i + 1 : i;
  }

  private static int controlSequenceEnd(String line, int from) {
    int i = from;
    while (i < line.length() && line.charAt(i) >= ' ' && line.charAt(i) <= '?') {
      i++;
    }
    boolean isFinal = i < line.length() && line.charAt(i) >= '@' && line.charAt(i) <= '~';
    return isFinal ? i + 1 : i;
  }

  /// Returns the end of a control string. The string is terminated by ST or, as in xterm, by BEL.
  /// An unterminated string extends to the end of the line.
  private static int stringEnd(String line, int from) {
    for (int i = from; i < line.length(); i++) {
      char c = line.charAt(i);
      if (c == '\u0007' || c == '\u009c') {
        return i + 1;
      }
      if (c == ESCAPE) {
        return i + 1 < line.length() && line.charAt(i + 1) == '\\' ? i + 2 : i;
      }
    }
    return line.length();
  }
}
