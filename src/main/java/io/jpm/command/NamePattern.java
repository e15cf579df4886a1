package io.jpm.command;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;

/// A selector that is not literal: an RE2 regular expression between slashes, or a glob with `*`
/// and `?`. RE2's matching time is proportional to the length of the text and the size of the
/// compiled program. Therefore both the length of the expression and the size of the program are
/// limited. The size is estimated from the repetitions in the expression.
final class NamePattern {
  /// The maximum length of an expression, in UTF-16 characters.
  static final int MAX_LENGTH = 256;

  /// The maximum size of the program, as the number of characters in the expression after expanding
  /// its repetitions.
  static final int MAX_SIZE = 1000;

  /// Matches `{3}`, `{3,}` or `{3,5}`. Braces with another meaning are also counted as repetitions,
  /// which only overestimates the size.
  private static final Pattern REPETITION = Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?\\}");

  private final Pattern pattern;

  private NamePattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /// Signals that a pattern is invalid or too large.
  static final class InvalidPatternException extends Exception {
    private static final long serialVersionUID = 1L;

    InvalidPatternException(String sentence) {
      super(sentence);
    }
  }

  /// Reports whether the selector has the form of a regular expression.
  static boolean isExpression(String word) {
    return word.length() > 2 && word.startsWith("/") && word.endsWith("/");
  }

  /// Reports whether the selector has the form of a glob. A literal match takes precedence.
  static boolean isGlob(String word) {
    return !isExpression(word) && (word.indexOf('*') >= 0 || word.indexOf('?') >= 0);
  }

  /// Reports whether any of the selectors is a pattern, which takes longer to resolve than a
  /// literal selector.
  static boolean isAmong(List<String> words) {
    return words.stream().anyMatch(word -> isExpression(word) || isGlob(word));
  }

  /// Compiles a selector that is a pattern.
  ///
  /// @param word an expression or a glob
  /// @throws InvalidPatternException with a message for the user
  static NamePattern of(String word) throws InvalidPatternException {
    if (word.length() > MAX_LENGTH) {
      throw new InvalidPatternException(
          "targets: a pattern has %d characters, but at most %d are allowed"
              .formatted(word.length(), MAX_LENGTH));
    }
    if (isGlob(word)) {
      return new NamePattern(Pattern.compile(glob(word)));
    }
    String expression = word.substring(1, word.length() - 1);
    if (size(expression) > MAX_SIZE) {
      throw new InvalidPatternException(
          "targets: %s is too complex: its length multiplied by its repetition counts exceeds %d"
              .formatted(word, MAX_SIZE));
    }
    try {
      return new NamePattern(Pattern.compile(expression));
    } catch (PatternSyntaxException broken) {
      throw new InvalidPatternException(
          "targets: %s is not a valid regular expression: %s"
              .formatted(word, broken.getDescription()));
    }
  }

  /// Reports whether the name matches. A glob must match the whole name, an expression any part of
  /// it.
  boolean matches(String name) {
    return pattern.matcher(name).find();
  }

  /// Returns an upper bound on the size of the compiled program. All repetitions count as nested in
  /// each other, because they may be.
  private static long size(String expression) {
    long size = expression.length();
    Matcher matcher = REPETITION.matcher(expression);
    while (matcher.find() && size <= MAX_SIZE) {
      String upTo = matcher.group(2);
      long least = Long.parseLong(matcher.group(1));
      long most = upTo == null || upTo.isEmpty() ? least : Long.parseLong(upTo);
      size *= Math.max(1, Math.max(least, most));
    }
    return size;
  }

  private static String glob(String word) {
    var expression = new StringBuilder("\\A");
    word.codePoints()
        .forEach(point ->
            expression.append(
                switch (point) {
                  case '*' -> "(?s:.*)";
                  case '?' -> "(?s:.)";
                  default -> Pattern.quote(Character.toString(point));
                }));
    return expression.append("\\z").toString();
  }
}
