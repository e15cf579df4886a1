package io.jpm.model.text;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;

/// Parses the text of an [io.jpm.model.EnvFile]: `NAME=value` lines as in dotenv. `#` begins a
/// comment, and `export` may precede the name. Single quotes are literal; double quotes accept
/// `\n`, `\r`, `\t`, `\"`, `\\` and `\$`. Quoted values may span lines. Outside single quotes,
/// variable references are expanded as in [Expansion].
public final class EnvFileText {
  private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_.-]*");
  private static final String EXPORT = "export ";
  private static final char NO_QUOTE = 0;

  /// The maximum total length of all names and values in characters, after expansion. Most kernels
  /// do not accept a larger environment.
  static final int MOST_TOGETHER = 2 << 20;

  static final int MOST_VARIABLES = 10_000;

  /// The number of mistakes after which parsing stops. A file with more mistakes is almost
  /// certainly not an env file.
  private static final int MOST_MISTAKES = 100;

  private final String text;
  private final Function<String, Optional<String>> others;
  private final Map<String, String> variables = new LinkedHashMap<>();
  private final List<Mistake> mistakes = new ArrayList<>();
  private int at;
  private int line = 1;

  /// The total number of characters of all names and values so far.
  private int together;

  /// A line that cannot be parsed.
  ///
  /// @param line the line number, from 1
  /// @param message the predicate of a sentence about the line. Does not quote the line, which may
  ///   contain a secret
  public record Mistake(int line, String message) {}

  /// The result of parsing.
  ///
  /// @param variables the variables, in the order of their first occurrence
  /// @param mistakes the mistakes, in the order of lines; if there are too many, the rest of the
  ///   text is not parsed
  public record Outcome(Map<String, String> variables, List<Mistake> mistakes) {}

  private EnvFileText(String text, Function<String, Optional<String>> others) {
    this.text = text;
    this.others = others;
  }

  /// Parses `text`.
  ///
  /// @param others returns the value of a variable that the text refers to but has not set before
  public static Outcome parse(String text, Function<String, Optional<String>> others) {
    String unmarked = text.startsWith("\ufeff") ? text.substring(1) : text;
    var reading = new EnvFileText(unmarked.replace("\r\n", "\n"), others);
    while (reading.at < reading.text.length()) {
      reading.line();
    }
    return new Outcome(reading.variables, List.copyOf(reading.mistakes));
  }

  private void line() {
    int begun = line;
    String all = text.substring(at, lineEnd());
    String rest = all.strip();
    if (rest.isEmpty() || rest.startsWith("#")) {
      nextLine();
      return;
    }
    int equals = all.indexOf('=');
    if (equals < 0) {
      mistake(begun, "is not a variable: it contains no =");
      nextLine();
      return;
    }
    String name = all.substring(0, equals).strip();
    if (name.startsWith(EXPORT)) {
      name = name.substring(EXPORT.length()).strip();
    }
    if (!NAME.matcher(name).matches()) {
      mistake(begun, "has no valid name before the =: use letters, digits and _");
      nextLine();
      return;
    }
    at += equals + 1;
    skipSpaces();
    value(name, begun);
  }

  private void value(String name, int begun) {
    char quote = at < text.length() ? text.charAt(at) : NO_QUOTE;
    Optional<String> value =
        switch (quote) {
          case '\'' -> single();
          case '"' -> doubled();
          default -> Optional.of(plain());
        };
    if (value.isEmpty()) {
      end(begun, "opens a quote that is not closed");
      return;
    }
    String after = text.substring(at, lineEnd()).strip();
    nextLine();
    if (!after.isEmpty() && !after.startsWith("#")) {
      mistake(begun, "has text after the closing quote");
      return;
    }
    Optional<String> whole = quote == '\'' ? value : Expansion.expand(value.get(), this::known);
    if (whole.isEmpty()) {
      mistake(begun, "expands to more than " + Expansion.LONGEST + " characters");
    } else if (whole.get().indexOf('\0') >= 0) {
      mistake(begun, "contains a NUL character");
    } else {
      put(name, whole.get(), begun);
    }
  }

  private void put(String name, String value, int begun) {
    together += name.length() + value.length();
    if (together > MOST_TOGETHER) {
      end(
          begun,
          "exceeds the limit of " + MOST_TOGETHER + " characters for all variables together");
    } else if (variables.put(name, value) == null && variables.size() > MOST_VARIABLES) {
      end(begun, "exceeds the limit of " + MOST_VARIABLES + " variables per file");
    }
  }

  private void end(int where, String what) {
    mistake(where, what);
    at = text.length();
  }

  private Optional<String> known(String name) {
    return Optional.ofNullable(variables.get(name)).or(() -> others.apply(name));
  }

  private Optional<String> single() {
    int end = text.indexOf('\'', at + 1);
    if (end < 0) {
      return Optional.empty();
    }
    String value = text.substring(at + 1, end);
    pass(value);
    at = end + 1;
    return Optional.of(value);
  }

  private Optional<String> doubled() {
    StringBuilder value = new StringBuilder();
    for (int i = at + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        pass(text.substring(at, i));
        at = i + 1;
        return Optional.of(value.toString());
      }
      boolean escape = c == '\\' && i + 1 < text.length();
      if (escape) {
        i++;
        value.append(unescaped(text.charAt(i), text.startsWith("{", i + 1)));
      } else {
        value.append(c);
      }
    }
    return Optional.empty();
  }

  private static String unescaped(char c, boolean braceFollows) {
    return switch (c) {
      case 'n' -> "\n";
      case 'r' -> "\r";
      case 't' -> "\t";
      case '"', '\\' -> String.valueOf(c);
      case '$' -> braceFollows ? "$$" : "$"; // Expansion turns $${ into ${
      default -> "\\" + c;
    };
  }

  /// Reads an unquoted value up to a comment or the end of the line.
  private String plain() {
    String rest = text.substring(at, lineEnd());
    int comment = rest.startsWith("#") ? 0 : -1;
    for (int i = 1; comment < 0 && i < rest.length(); i++) {
      if (rest.charAt(i) == '#' && Character.isWhitespace(rest.charAt(i - 1))) {
        comment = i;
      }
    }
    String value = comment < 0 ? rest : rest.substring(0, comment);
    at += rest.length();
    return value.strip();
  }

  private void skipSpaces() {
    while (at < text.length() && (text.charAt(at) == ' ' || text.charAt(at) == '\t')) {
      at++;
    }
  }

  private void pass(String lines) {
    line += (int) lines.chars().filter(c -> c == '\n').count();
  }

  private int lineEnd() {
    int end = text.indexOf('\n', at);
    return end < 0 ? text.length() : end;
  }

  private void nextLine() {
    at = lineEnd() + 1;
    line++;
  }

  private void mistake(int where, String what) {
    mistakes.add(new Mistake(where, what));
    if (mistakes.size() == MOST_MISTAKES) {
      at = text.length();
    }
  }
}
