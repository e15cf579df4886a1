package io.jpm.config.values;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// Splits a text into words as a shell does: at spaces, except in quotes and after backslashes.
/// Variables and patterns are not expanded.
///
/// @param words the words without their quotes; an empty pair of quotes is an empty word
/// @param closed whether every quote is closed
/// @param plain whether a shell would run exactly these words. False if the text contains a
///   variable, pattern, redirection, second command or shell builtin
public record ShellWords(List<String> words, boolean closed, boolean plain) {
  private static final String SHELL_ONLY = "|&;<>()$`*?[]{}\n\r";
  private static final Set<String> BUILT_IN =
      Set.of(
          "!",
          ".",
          ":",
          "alias",
          "bg",
          "break",
          "builtin",
          "case",
          "cd",
          "command",
          "continue",
          "coproc",
          "declare",
          "eval",
          "exec",
          "exit",
          "export",
          "fg",
          "for",
          "function",
          "getopts",
          "hash",
          "if",
          "let",
          "local",
          "popd",
          "pushd",
          "read",
          "readonly",
          "return",
          "select",
          "set",
          "shift",
          "shopt",
          "source",
          "time",
          "times",
          "trap",
          "type",
          "typeset",
          "ulimit",
          "umask",
          "unalias",
          "unset",
          "until",
          "wait",
          "while");

  public ShellWords {
    words = List.copyOf(words);
  }

  /// Splits `text` into words.
  public static ShellWords of(String text) {
    return new Scan(text).run();
  }

  /// One pass over a text. Used only by [#of].
  private static final class Scan {
    private static final char NONE = 0;

    private final String text;
    private final List<String> words = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private boolean inWord;
    private boolean plain = true;
    private char quote = NONE;
    private int at;

    Scan(String text) {
      this.text = text;
    }

    ShellWords run() {
      while (at < text.length()) {
        char c = text.charAt(at++);
        switch (quote) {
          case '\'' -> inSingleQuotes(c);
          case '"' -> inDoubleQuotes(c);
          default -> unquoted(c);
        }
      }
      endWord();
      boolean shellWord = !words.isEmpty() && BUILT_IN.contains(words.getFirst());
      return new ShellWords(words, quote == NONE, plain && quote == NONE && !shellWord);
    }

    private void inSingleQuotes(char c) {
      if (c == '\'') {
        quote = NONE;
      } else {
        word.append(c);
      }
    }

    private void inDoubleQuotes(char c) {
      if (c == '"') {
        quote = NONE;
      } else if (c == '\\' && at < text.length() && "\"\\$`".indexOf(text.charAt(at)) >= 0) {
        word.append(text.charAt(at++));
      } else {
        plain &= c != '$' && c != '`';
        word.append(c);
      }
    }

    private void unquoted(char c) {
      if (Character.isWhitespace(c)) {
        plain &= c == ' ' || c == '\t';
        endWord();
        return;
      }
      boolean first = !inWord;
      inWord = true;
      if (c == '\'' || c == '"') {
        quote = c;
      } else if (c == '\\' && at < text.length()) {
        plain &= text.charAt(at) != '\n';
        word.append(text.charAt(at++));
      } else {
        plain &= SHELL_ONLY.indexOf(c) < 0;
        plain &= !first || (c != '~' && c != '#');
        plain &= c != '=' || !words.isEmpty();
        word.append(c);
      }
    }

    private void endWord() {
      if (inWord) {
        words.add(word.toString());
        word.setLength(0);
        inWord = false;
      }
    }
  }
}
