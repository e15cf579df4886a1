package io.jpm.model.text;

import java.util.Optional;
import java.util.function.Function;

/// Expands the variable references in a text: `${NAME}`, and `${NAME:-default}` for a variable that
/// may be missing or empty. `$${` is a literal `${`. Any other dollar sign is left alone, because
/// it may be meant for a shell.
public final class Expansion {
  /// The maximum length of the result, in characters. The kernel does not accept a longer argument.
  public static final int LONGEST = 131_072;

  /// The maximum length of a default value. A reference with a longer default, or nested deeper
  /// than [#DEEPEST], is left unchanged.
  private static final int LONGEST_DEFAULT = 1_000;

  private static final int DEEPEST = 10;
  private static final String OPENING = "${";
  private static final String OTHERWISE = ":-";

  private final String text;
  private final Function<String, Optional<String>> values;
  private final int depth;

  /// Whether `$${` is left unchanged, because the text will be expanded again.
  private final boolean again;

  private final StringBuilder done = new StringBuilder();
  private int at;

  private Expansion(
      String text, Function<String, Optional<String>> values, int depth, boolean again) {
    this.text = text;
    this.values = values;
    this.depth = depth;
    this.again = again;
  }

  /// Returns `text` with all variable references expanded; empty if the result is longer than
  /// [#LONGEST]. A variable without a value or default is left unchanged.
  ///
  /// @param values returns the value of a variable by name
  public static Optional<String> expand(String text, Function<String, Optional<String>> values) {
    return expand(text, values, false);
  }

  /// Expands some of the references in a text; the others are expanded later. Literal text remains
  /// literal in the later expansion.
  ///
  /// @param values returns the escaped value of a variable, see [#escape], or `${NAME}` for a
  ///   variable that is expanded later
  public static Optional<String> expandPartially(
      String text, Function<String, Optional<String>> values) {
    return expand(text, values, true);
  }

  /// Escapes a text so that expanding the result returns the original text.
  public static String escape(String text) {
    return text.replace(OPENING, "$" + OPENING);
  }

  private static Optional<String> expand(
      String text, Function<String, Optional<String>> values, boolean again) {
    if (text.indexOf(OPENING) < 0) {
      return Optional.of(text);
    }
    String all = new Expansion(text, values, 0, again).run();
    return all.length() > LONGEST ? Optional.empty() : Optional.of(all);
  }

  private String run() {
    while (at < text.length() && done.length() <= LONGEST) {
      if (text.startsWith("$" + OPENING, at)) {
        done.append(again ? "$" + OPENING : OPENING);
        at += 1 + OPENING.length();
      } else if (text.startsWith(OPENING, at)) {
        variable();
      } else {
        done.append(text.charAt(at++));
      }
    }
    return done.toString();
  }

  private void variable() {
    int nameBegins = at + OPENING.length();
    int nameEnds = nameBegins;
    while (nameEnds < text.length() && isOfName(text.charAt(nameEnds), nameEnds == nameBegins)) {
      nameEnds++;
    }
    String name = text.substring(nameBegins, nameEnds);
    boolean otherwise = text.startsWith(OTHERWISE, nameEnds);
    int end = otherwise ? closing(nameEnds) : nameEnds;
    if (name.isEmpty() || end < 0 || end >= text.length() || text.charAt(end) != '}') {
      done.append(OPENING);
      at = nameBegins;
      return;
    }
    Optional<String> value = values.apply(name);
    if (otherwise && value.orElse("").isEmpty() && depth < DEEPEST) {
      String written = text.substring(nameEnds + OTHERWISE.length(), end);
      done.append(new Expansion(written, values, depth + 1, again).run());
    } else {
      done.append(value.orElse(text.substring(at, end + 1)));
    }
    at = end + 1;
  }

  private static boolean isOfName(char c, boolean first) {
    boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
    return letter || (!first && c >= '0' && c <= '9');
  }

  /// Returns the index of the `}` that closes the reference whose default starts at `from`; -1 if
  /// there is none.
  private int closing(int from) {
    int open = 1;
    int last = Math.min(text.length(), from + LONGEST_DEFAULT);
    for (int i = from; i < last; i++) {
      if (text.startsWith(OPENING, i)) {
        open++;
      } else if (text.charAt(i) == '}' && --open == 0) {
        return i;
      }
    }
    return -1;
  }
}
