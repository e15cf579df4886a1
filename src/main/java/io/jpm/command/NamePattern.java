package io.jpm.command;

import com.google.re2j.Matcher;
import com.google.re2j.Pattern;
import com.google.re2j.PatternSyntaxException;
import java.util.List;

/// A target that is not a literal: a regular expression between slashes, of RE2, or a glob with `*`
/// and `?`. RE2 takes time proportional to the text and the program, so both are bounded: the
/// expression in length, and the program in what its repetitions make of it.
final class NamePattern {
  /// The longest expression, in UTF-16 characters.
  static final int MAX_LENGTH = 256;

  /// The largest program, in characters of the expression with its repetitions written out.
  static final int MAX_SIZE = 1000;

  /// `{3}`, `{3,}` or `{3,5}`; whatever else has braces is larger by this than it is.
  private static final Pattern REPETITION = Pattern.compile("\\{([0-9]{1,9})(?:,([0-9]{0,9}))?\\}");

  private final Pattern pattern;

  private NamePattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /// It is not one that may be used.
  static final class Wrong extends Exception {
    private static final long serialVersionUID = 1L;

    Wrong(String sentence) {
      super(sentence);
    }
  }

  /// Whether the word is a regular expression.
  static boolean isExpression(String word) {
    return word.length() > 2 && word.startsWith("/") && word.endsWith("/");
  }

  /// Whether the word is a glob, unless something is called so.
  static boolean isGlob(String word) {
    return !isExpression(word) && (word.indexOf('*') >= 0 || word.indexOf('?') >= 0);
  }

  /// Whether one of the words takes time to match.
  static boolean isAmong(List<String> words) {
    return words.stream().anyMatch(word -> isExpression(word) || isGlob(word));
  }

  /// @param word an expression or a glob
  /// @throws Wrong with a sentence
  static NamePattern of(String word) throws Wrong {
    if (word.length() > MAX_LENGTH) {
      throw new Wrong(
          "targets: a pattern of %d characters: use at most %d"
              .formatted(word.length(), MAX_LENGTH));
    }
    if (isGlob(word)) {
      return new NamePattern(Pattern.compile(glob(word)));
    }
    String expression = word.substring(1, word.length() - 1);
    if (size(expression) > MAX_SIZE) {
      throw new Wrong(
          "targets: %s repeats too much: its counts, multiplied with its length, make more than %d"
              .formatted(word, MAX_SIZE));
    }
    try {
      return new NamePattern(Pattern.compile(expression));
    } catch (PatternSyntaxException broken) {
      throw new Wrong(
          "targets: %s is no regular expression: %s".formatted(word, broken.getDescription()));
    }
  }

  /// Whether the name matches: a glob as a whole, an expression somewhere.
  boolean matches(String name) {
    return pattern.matcher(name).find();
  }

  /// Repetitions may be inside each other, so all count as if they were.
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
