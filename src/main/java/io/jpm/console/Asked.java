package io.jpm.console;

import java.util.Optional;

/// What a command line asks for.
sealed interface Asked {
  /// Carry out a command.
  record Run(Verb verb, Arguments arguments) implements Asked {}

  /// Say how jpm, or one command, is used.
  ///
  /// @param verb the command; empty: all that are needed often
  record Help(Optional<Verb> verb) implements Asked {}

  /// List every command.
  record HelpOfAll() implements Asked {}

  /// Say which jpm this is.
  record Version() implements Asked {}

  /// Nothing was typed.
  record Nothing() implements Asked {}

  /// It cannot be understood.
  ///
  /// @param problem one line for the user, with what was probably meant
  record Mistake(String problem) implements Asked {}
}
