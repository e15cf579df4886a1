package io.jpm.config.syntax;

import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Translates Jackson's parse errors into messages for users.
final class JsonErrorExplainer {
  private static final Pattern UNEXPECTED =
      Pattern.compile(
          "Unexpected character \\('(.+?)' \\(code [^)]*\\)\\)(?:: (.*))?", Pattern.DOTALL);
  private static final Pattern UNKNOWN_WORD =
      Pattern.compile("Unrecognized token '(.*?)'.*", Pattern.DOTALL);
  private static final Pattern CLOSED_WRONGLY =
      Pattern.compile("Unexpected close marker '(.)': expected '(.)'.*", Pattern.DOTALL);
  private static final Pattern JACKSON_DETAILS =
      Pattern.compile(" \\((?:for|start marker)? ?[^)]*\\)?");
  private static final int LONGEST = 120;

  private JsonErrorExplainer() {}

  /// Returns the message for an error.
  ///
  /// @param message Jackson's message, without the location
  static String of(String message) {
    Matcher closed = CLOSED_WRONGLY.matcher(message);
    if (closed.matches()) {
      return "unexpected " + closed.group(1) + " where " + closed.group(2) + " is expected";
    }
    if (message.startsWith("Unexpected end-of-input")) {
      return "unexpected end of file: a }, ] or \" is missing";
    }
    Matcher word = UNKNOWN_WORD.matcher(message);
    if (word.matches()) {
      return "\"%s\" is not a JSON value: put text in double quotes; JavaScript is not evaluated"
          .formatted(shortened(word.group(1)));
    }
    Matcher unexpected = UNEXPECTED.matcher(message);
    if (unexpected.matches()) {
      return unexpected(unexpected.group(1), unexpected.group(2));
    }
    if (message.startsWith("Illegal unquoted character")) {
      return "unterminated text: a \" is missing, or a tab or line break is not escaped";
    }
    return shortened(JACKSON_DETAILS.matcher(message).replaceAll(""));
  }

  private static String unexpected(String character, @Nullable String why) {
    String plain = "unexpected " + character;
    if (why == null) {
      return plain;
    }
    if (why.contains("comma to separate")) {
      return plain + ": a comma is missing before it";
    }
    if (why.contains("colon to separate")) {
      return plain + ": a colon is expected between key and value";
    }
    if (why.contains("field name") || why.contains("name character")) {
      return plain + ": a key in double quotes is expected";
    }
    return why.contains("valid value") ? plain + ": a value is expected" : plain;
  }

  private static String shortened(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
