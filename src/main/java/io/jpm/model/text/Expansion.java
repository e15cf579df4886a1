package io.jpm.model.text;

import java.util.Optional;
import java.util.function.Function;

/// Texts in which variables stand: `${NAME}`, and `${NAME:-default}` for one that may be absent or
/// empty. `$${` is a literal `${`. Whatever else has a dollar in it stays as it is: a shell may be
/// meant.
public final class Expansion {
  /// What comes out has no more characters; the kernel takes no longer argument.
  public static final int LONGEST = 131_072;

  /// A longer default is none, nor is one in more others.
  private static final int LONGEST_DEFAULT = 1_000;

  private static final int DEEPEST = 10;
  private static final String OPENING = "${";
  private static final String OTHERWISE = ":-";

  private final String text;
  private final Function<String, Optional<String>> values;
  private final int depth;

  /// Whether `$${` stays, since the text is expanded once more.
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

  /// `text` with its variables replaced; empty when that is longer than [#LONGEST]. A variable
  /// without a value or default stays as it is written.
  ///
  /// @param values the value of a variable by its name
  public static Optional<String> of(String text, Function<String, Optional<String>> values) {
    return of(text, values, false);
  }

  /// As [#of], of a text whose other variables are replaced later: what is literal stays so then.
  ///
  /// @param values the value as it is to be written, see [#literal]; `${NAME}` for one that is
  ///   replaced later
  public static Optional<String> partly(String text, Function<String, Optional<String>> values) {
    return of(text, values, true);
  }

  /// How a text has to be written to come out as it is.
  public static String literal(String text) {
    return text.replace(OPENING, "$" + OPENING);
  }

  private static Optional<String> of(
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

  /// Where the variable that has a default from `from` on is closed; -1: nowhere.
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
