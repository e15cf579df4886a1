package io.jpm.console.cli;

import java.util.Optional;

/// The result of parsing a command line.
public sealed interface ParsedCommand {
  /// Run a command.
  record Run(Verb verb, Arguments arguments) implements ParsedCommand {}

  /// Print the help page of jpm or of one command.
  ///
  /// @param verb the command; empty for the overview
  record Help(Optional<Verb> verb) implements ParsedCommand {}

  /// List every command.
  record HelpOfAll() implements ParsedCommand {}

  /// Print the version.
  record Version() implements ParsedCommand {}

  /// The command line is empty.
  record Nothing() implements ParsedCommand {}

  /// The command line is not valid.
  ///
  /// @param problem one line for the user, with a suggestion
  record Mistake(String problem) implements ParsedCommand {}
}
