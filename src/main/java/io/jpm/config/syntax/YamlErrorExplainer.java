package io.jpm.config.syntax;

import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.ReaderException;

/// Translates the YAML parser's errors into messages for users.
final class YamlErrorExplainer {
  private static final int LONGEST = 120;

  private YamlErrorExplainer() {}

  static ParseResult.Broken of(MarkedYamlEngineException e) {
    String what = plain(String.valueOf(e.getProblem()), String.valueOf(e.getContext()));
    return e.getProblemMark()
        .map(mark -> new ParseResult.Broken(mark.getLine() + 1, mark.getColumn() + 1, what))
        .orElseGet(() -> new ParseResult.Broken(0, 0, what));
  }

  /// Returns the message for a character that YAML does not allow.
  ///
  /// @param text the whole text, in which the line of the error is located
  static ParseResult.Broken of(ReaderException e, String text) {
    int end =
        text.offsetByCodePoints(
            0, Math.min(e.getPosition(), text.codePointCount(0, text.length())));
    int line = 1 + (int) text.substring(0, end).chars().filter(c -> c == '\n').count();
    return new ParseResult.Broken(
        line, 0, "character U+%04X is not allowed in YAML".formatted(e.getCodePoint()));
  }

  private static String plain(String problem, String context) {
    if (problem.startsWith("mapping values are not allowed")) {
      return "unexpected \":\": indent the keys of an object equally, and quote text that contains"
          + " \": \"";
    }
    if (problem.contains("TAB")) {
      return "a tab is not allowed here: indent with spaces";
    }
    if (problem.startsWith("expected <block end>")) {
      return "unexpected " + found(problem) + ": indent all keys or items of a level equally";
    }
    if (problem.startsWith("could not find expected ':'")) {
      return "a key is not followed by \":\"";
    }
    if (problem.contains("unexpected end of stream") || problem.endsWith("'<stream end>'")) {
      return "unexpected end of file: a quote, ] or } is missing";
    }
    return firstLine(
        context.isEmpty() || context.equals("null") ? problem : context + ": " + problem);
  }

  private static String found(String problem) {
    if (problem.contains("block mapping start") || problem.contains("'<scalar>'")) {
      return "key or text";
    }
    return problem.contains("block sequence") || problem.contains("'-'") ? "list item" : "text";
  }

  static String firstLine(String text) {
    String line = text.lines().findFirst().orElse("");
    return line.length() <= LONGEST ? line : line.substring(0, LONGEST) + "…";
  }
}
