package io.jpm.config.syntax;

import java.math.BigInteger;

/// Rewrites the JSON5 syntax that Jackson does not support: hexadecimal numbers, the escapes
/// `\x41`, `\v`, `\0`, `\'`, line continuations with `\`, tabs in texts, and JavaScript's other
/// white space. Everything else, valid or not, is left unchanged for Jackson to check.
///
/// Line numbers stay correct; columns after a rewritten part may be off by a few.
final class Json5Text {
  /// The maximum number of digits to convert. Longer numbers are not meaningful, and converting
  /// them takes time.
  private static final int MOST_DIGITS = 100;

  private final String text;
  private final StringBuilder out;
  private int at;

  /// The number of line breaks that were removed from a string literal. They are appended after it,
  /// so that line numbers stay correct.
  private int brokenLines;

  private Json5Text(String text) {
    this.text = text;
    this.out = new StringBuilder(text.length() + 16);
  }

  static String forJackson(String text) {
    return new Json5Text(text).rewritten();
  }

  private String rewritten() {
    while (at < text.length()) {
      char c = text.charAt(at);
      if (c == '"' || c == '\'') {
        quoted(c);
      } else if (text.startsWith("//", at)) {
        copyUntil(text.indexOf('\n', at));
      } else if (text.startsWith("/*", at)) {
        int end = text.indexOf("*/", at + 2);
        copyUntil(end < 0 ? -1 : end + 2);
      } else if (isWordPart(c)) {
        word();
      } else {
        out.append(isBlankOfJavaScript(c) ? ' ' : c);
        at++;
      }
    }
    return out.toString();
  }

  private void copyUntil(int end) {
    int until = end < 0 ? text.length() : end;
    out.append(text, at, until);
    at = until;
  }

  private static boolean isWordPart(char c) {
    return c < 0x80 ? Character.isLetterOrDigit(c) || c == '_' || c == '$' || c == '.' : false;
  }

  private static boolean isBlankOfJavaScript(char c) {
    return c == '\u000b' || c == '\f' || c == '\ufeff' || (c > 0x7f && Character.isSpaceChar(c));
  }

  /// Reads a number or a name.
  private void word() {
    int end = at;
    while (end < text.length() && isWordPart(text.charAt(end))) {
      end++;
    }
    String word = text.substring(at, end);
    out.append(isHexadecimal(word) ? new BigInteger(word.substring(2), 16).toString() : word);
    at = end;
  }

  private static boolean isHexadecimal(String word) {
    return word.length() > 2
        && word.length() < MOST_DIGITS
        && (word.startsWith("0x") || word.startsWith("0X"))
        && word.chars().skip(2).allMatch(c -> Character.digit(c, 16) >= 0);
  }

  private void quoted(char quote) {
    out.append(quote);
    at++;
    while (at < text.length()) {
      char c = text.charAt(at++);
      switch (c) {
        case '\\' -> escape();
        case '\t' -> out.append("\\t");
        case '\n', '\r' -> {
          out.append(c);
          return;
        }
        default -> {
          out.append(c);
          if (c == quote) {
            out.append("\n".repeat(brokenLines));
            brokenLines = 0;
            return;
          }
        }
      }
    }
  }

  /// Reads the escape sequence after a `\`.
  private void escape() {
    if (at == text.length()) {
      out.append('\\');
      return;
    }
    char c = text.charAt(at++);
    switch (c) {
      case 'x' -> out.append(hexDigitsFollow() ? "\\u00" : "\\x");
      case 'v' -> out.append("\\u000b");
      case '0' -> out.append(digitFollows() ? "\\0" : "\\u0000");
      case '\'' -> out.append("\\u0027");
      case '\n' -> brokenLines++;
      case '\r' -> {
        brokenLines++;
        if (at < text.length() && text.charAt(at) == '\n') {
          at++;
        }
      }
      case '\u2028', '\u2029' -> {}
      default -> {
        boolean itself = "\"\\/bfnrtu".indexOf(c) < 0 && c >= ' ' && !Character.isDigit(c);
        out.append(itself ? "" : "\\").append(c);
      }
    }
  }

  private boolean hexDigitsFollow() {
    return at + 2 <= text.length()
        && Character.digit(text.charAt(at), 16) >= 0
        && Character.digit(text.charAt(at + 1), 16) >= 0;
  }

  private boolean digitFollows() {
    return at < text.length() && Character.isDigit(text.charAt(at));
  }
}
