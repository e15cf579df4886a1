package io.jpm.console.completion;

import io.jpm.console.cli.ArgumentReader;
import io.jpm.console.cli.Verb;
import io.jpm.console.cli.VerbOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The syntactic role of the word at the cursor in an unfinished command line.
sealed interface CompletionContext {
  /// A command.
  ///
  /// @param ofHelp whether the command is the argument of `help`
  record Command(boolean ofHelp) implements CompletionContext {}

  /// An option before any command.
  record FirstOption() implements CompletionContext {}

  /// An option of a command.
  record Option(Verb verb) implements CompletionContext {}

  /// The value of an option.
  ///
  /// @param before the part of the word that precedes the value, such as `--name=`; may be empty
  /// @param targets the targets typed so far
  record Value(VerbOption option, String before, List<String> targets)
      implements CompletionContext {
    public Value {
      targets = List.copyOf(targets);
    }
  }

  /// A target of a command.
  ///
  /// @param targets the targets typed so far
  /// @param optional the preceding option, if this word may be its optional value
  record Target(Verb verb, List<String> targets, Optional<VerbOption> optional)
      implements CompletionContext {
    public Target {
      targets = List.copyOf(targets);
    }
  }

  /// An argument of an app, after `--`.
  record AppArgument() implements CompletionContext {}

  /// The role cannot be determined.
  record Unknown() implements CompletionContext {}

  /// Determines the role of the word at the cursor.
  ///
  /// @param before the words between `jpm` and the word at the cursor
  /// @param current the part of the word at the cursor that has been typed
  static CompletionContext of(List<String> before, String current) {
    if (before.contains("--")) {
      return new AppArgument();
    }
    int at = ArgumentReader.verbIndex(before);
    if (at >= before.size()) {
      return withoutCommand(before, current);
    }
    if (before.get(at).equals("help")) {
      return current.startsWith("-") ? new FirstOption() : new Command(true);
    }
    Optional<Verb> verb = Verb.find(before.get(at));
    return verb.isEmpty()
        ? new Unknown()
        : of(verb.get(), before.subList(at + 1, before.size()), current);
  }

  private static CompletionContext withoutCommand(List<String> before, String current) {
    boolean valueIsDue =
        !before.isEmpty()
            && !before.getLast().contains("=")
            && VerbOption.find(before.getLast()).filter(VerbOption::takesValue).isPresent();
    if (valueIsDue) {
      return new Value(VerbOption.find(before.getLast()).orElseThrow(), "", List.of());
    }
    return current.startsWith("-") ? new FirstOption() : new Command(false);
  }

  private static CompletionContext of(Verb verb, List<String> before, String current) {
    List<String> targets = new ArrayList<>();
    Optional<VerbOption> due = Optional.empty();
    for (String word : before) {
      if (due.filter(VerbOption::takesValue).isPresent()) {
        due = Optional.empty();
      } else if (ArgumentReader.isOption(word)) {
        due = word.contains("=") ? Optional.empty() : VerbOption.find(word, verb.options());
      } else {
        due = Optional.empty();
        targets.add(word);
      }
    }
    if (due.filter(VerbOption::takesValue).isPresent()) {
      return new Value(due.get(), "", targets);
    }
    if (!current.startsWith("-")) {
      return new Target(verb, targets, due.filter(VerbOption::mayTakeValue));
    }
    int equals = current.indexOf('=');
    if (equals < 0) {
      return new Option(verb);
    }
    return VerbOption.find(current, verb.options())
        .filter(option -> option.takesValue() || option.mayTakeValue())
        .<CompletionContext>map(
            option -> new Value(option, current.substring(0, equals + 1), targets))
        .orElseGet(Unknown::new);
  }
}
