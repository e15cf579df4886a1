package io.jpm.model.text;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The words before the program in a command: assignments, and programs such as `env` and `nice`
/// that execute the program after them.
///
/// @param length the number of words
/// @param ambiguity why variables cannot be passed to the program, as a clause such as `it sets
///   NODE_OPTIONS`; empty if they can
public record CommandPrefix(int length, Optional<String> ambiguity) {
  private static final Set<String> PROGRAMS =
      Set.of("exec", "command", "time", "env", "nice", "nohup", "!");

  private static final Set<String> OPTIONS_WITH_A_WORD = Set.of("-a", "-n", "-u", "-C", "--chdir");

  private static final Pattern ASSIGNMENT =
      Pattern.compile("([A-Za-z_][A-Za-z_0-9]*)=.*", Pattern.DOTALL);

  /// Variables that pass options to a runtime. If the command sets one of them, the value that jpm
  /// sets is lost.
  public static final Set<String> VARIABLES = Set.of("NODE_OPTIONS", "JDK_JAVA_OPTIONS");

  /// Returns the prefix of a command.
  public static CommandPrefix of(List<String> words) {
    return new Scan(words).run();
  }

  /// The state of one pass over the words, used only by [#of].
  private static final class Scan {
    private final List<String> words;
    private Optional<String> unclear = Optional.empty();
    private int at;

    Scan(List<String> words) {
      this.words = words;
    }

    CommandPrefix run() {
      assignments();
      while (at < words.size() && PROGRAMS.contains(name())) {
        String program = name();
        at++;
        options(program);
        assignments();
      }
      return new CommandPrefix(Math.min(at, words.size()), unclear);
    }

    private String name() {
      return words.get(at).substring(words.get(at).lastIndexOf('/') + 1);
    }

    private void assignments() {
      while (at < words.size()) {
        Matcher assignment = ASSIGNMENT.matcher(words.get(at));
        if (!assignment.matches()) {
          return;
        }
        if (VARIABLES.contains(assignment.group(1))) {
          unclear = Optional.of("it sets " + assignment.group(1));
        }
        at++;
      }
    }

    private void options(String program) {
      while (at < words.size() && words.get(at).startsWith("-")) {
        String option = words.get(at++);
        if (option.equals("--")) {
          return;
        }
        if (program.equals("env") && option.matches("-|-i|--ignore-env.*|-S.*|--split-string.*")) {
          unclear = Optional.of("env replaces the environment");
        }
        if (program.equals("command") && option.matches("-[vV]+")) {
          at = words.size(); // only prints the location of the program
        }
        if (OPTIONS_WITH_A_WORD.contains(option)) {
          at++;
        }
      }
    }
  }
}
