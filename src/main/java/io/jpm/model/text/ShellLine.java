package io.jpm.model.text;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The simple commands of a text that a POSIX shell would run (POSIX.1-2024, Shell Command
/// Language, 2.9.1), without redirections. Nothing is expanded.
///
/// @param commands the words of each command without their quotes, in the order of the text.
///   [#UNKNOWN] replaces each part that only the shell can determine, such as the value of a
///   variable
/// @param ambiguity why the commands do not fully describe what the shell does, as a clause such as
///   `it contains a subshell`; empty if the text is only a list of pipelines in the foreground
public record ShellLine(List<List<String>> commands, Optional<String> ambiguity) {
  /// The placeholder for a part of a word that only the shell can determine.
  public static final char UNKNOWN = '\uFFFC';

  private static final String SPECIAL_PARAMETERS = "0123456789@*#?-$!";

  public ShellLine {
    commands = List.copyOf(commands);
  }

  /// Parses a text.
  public static ShellLine of(String text) {
    return new Scan(text).run();
  }

  /// The state of one pass over a text, used only by [#of].
  private static final class Scan {
    private final String text;
    private final List<List<String>> commands = new ArrayList<>();
    private final StringBuilder word = new StringBuilder();
    private List<String> words = new ArrayList<>();
    private Optional<String> unclear = Optional.empty();
    private boolean inWord;
    private boolean ofRedirection;
    private int at;

    Scan(String text) {
      this.text = text;
    }

    ShellLine run() {
      while (at < text.length() && unclear.isEmpty()) {
        next(text.charAt(at++));
      }
      endCommand();
      return new ShellLine(commands, unclear);
    }

    private void next(char c) {
      switch (c) {
        case ' ', '\t' -> endWord();
        case '\n', ';', '|' -> endCommand();
        case '&' -> ampersand();
        case '<', '>' -> redirection(c);
        case '(', ')' -> unclear = Optional.of("it contains a subshell or a function");
        case '#' -> numberSign();
        default -> part(c);
      }
    }

    private void numberSign() {
      if (inWord) {
        word.append('#');
      } else {
        skipTo('\n');
        endCommand();
      }
    }

    private void part(char c) {
      inWord = true;
      switch (c) {
        case '\'' -> word.append(text, at, Math.max(at, skipTo('\'') - 1));
        case '"' -> doubleQuotes();
        case '`' -> {
          skipTo('`');
          word.append(UNKNOWN);
        }
        case '$' -> dollar();
        case '*', '?', '~' -> word.append(c == '~' && word.length() > 0 ? c : UNKNOWN);
        case '\\' -> escaped("");
        default -> word.append(c);
      }
    }

    private void doubleQuotes() {
      while (at < text.length() && text.charAt(at) != '"') {
        char c = text.charAt(at++);
        switch (c) {
          case '$' -> dollar();
          case '`' -> {
            skipTo('`');
            word.append(UNKNOWN);
          }
          case '\\' -> escaped("\"\\$`\n");
          default -> word.append(c);
        }
      }
      at++;
    }

    /// Reads the character after a backslash.
    ///
    /// @param only the characters that a backslash escapes; empty for all characters
    private void escaped(String only) {
      if (at >= text.length() || (!only.isEmpty() && only.indexOf(text.charAt(at)) < 0)) {
        word.append('\\');
      } else if (text.charAt(at++) != '\n') {
        word.append(text.charAt(at - 1));
      }
    }

    /// Skips the expansion after a `$`.
    private void dollar() {
      char c = at < text.length() ? text.charAt(at) : ' ';
      if (c == '(' || c == '{') {
        at++;
        skipNested(c == '(' ? ')' : '}');
      } else if (isOfName(c) && !Character.isDigit(c)) {
        while (at < text.length() && isOfName(text.charAt(at))) {
          at++;
        }
      } else if (SPECIAL_PARAMETERS.indexOf(c) >= 0) {
        at++;
      } else if (c != '\'' && c != '"') {
        word.append('$');
        return;
      }
      word.append(UNKNOWN);
    }

    private static boolean isOfName(char c) {
      return Character.isLetterOrDigit(c) || c == '_';
    }

    private void skipNested(char end) {
      char begin = end == ')' ? '(' : '{';
      int depth = 1;
      while (at < text.length() && depth > 0) {
        char c = text.charAt(at++);
        if (c == '\'') {
          skipTo('\'');
        } else if (c == '\\') {
          at++;
        } else if (c == begin) {
          depth++;
        } else if (c == end) {
          depth--;
        }
      }
    }

    /// Moves to the position after the next `end`, or to the end of the text.
    ///
    /// @return the new position; one more than the length of the text if there is no `end`
    private int skipTo(char end) {
      int found = text.indexOf(end, at);
      at = found < 0 ? text.length() : found + 1;
      return found < 0 ? text.length() + 1 : at;
    }

    private void ampersand() {
      if (follows('&')) {
        at++;
        endCommand();
      } else if (follows('>')) {
        at++;
        redirection('>');
      } else {
        unclear = Optional.of("it starts a process in the background");
      }
    }

    private boolean follows(char c) {
      return at < text.length() && text.charAt(at) == c;
    }

    private void redirection(char c) {
      if (inWord && word.chars().allMatch(Character::isDigit)) {
        word.setLength(0); // the descriptor's number
        inWord = false;
      }
      endWord();
      if (follows('(')) {
        unclear = Optional.of("it contains a subshell or a function");
        return;
      }
      if (c == '<' && follows('<') && !text.startsWith("<<", at)) {
        unclear = Optional.of("it contains a here-document");
        return;
      }
      while (at < text.length() && "<>|&".indexOf(text.charAt(at)) >= 0) {
        at++;
      }
      ofRedirection = true;
    }

    private void endWord() {
      if (inWord && !ofRedirection) {
        words.add(word.toString());
      }
      ofRedirection &= !inWord;
      word.setLength(0);
      inWord = false;
    }

    private void endCommand() {
      endWord();
      ofRedirection = false;
      if (!words.isEmpty()) {
        commands.add(List.copyOf(words));
        words = new ArrayList<>();
      }
    }
  }
}
