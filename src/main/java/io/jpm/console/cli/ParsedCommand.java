package io.jpm.console.cli;

import java.util.Optional;

/// What a command line asks for.
public sealed interface ParsedCommand {
  /// Carry out a command.
  record Run(Verb verb, Arguments arguments) implements ParsedCommand {}

  /// Say how jpm, or one command, is used.
  ///
  /// @param verb the command; empty: all that are needed often
  record Help(Optional<Verb> verb) implements ParsedCommand {}

  /// List every command.
  record HelpOfAll() implements ParsedCommand {}

  /// Say which jpm this is.
  record Version() implements ParsedCommand {}

  /// Nothing was typed.
  record Nothing() implements ParsedCommand {}

  /// It cannot be understood.
  ///
  /// @param problem one line for the user, with what was probably meant
  record Mistake(String problem) implements ParsedCommand {}
}
