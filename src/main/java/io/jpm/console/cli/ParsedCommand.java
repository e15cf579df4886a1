package io.jpm.console.cli;

import java.util.Optional;

/// The result of parsing a command line.
public sealed interface ParsedCommand {
  /// A command to run.
  record Run(Verb verb, Arguments arguments) implements ParsedCommand {}

  /// A request for the help page of jpm or of one command.
  ///
  /// @param verb the command; empty for the overview
  record Help(Optional<Verb> verb) implements ParsedCommand {}

  /// A request for the list of all commands.
  record HelpOfAll() implements ParsedCommand {}

  /// A request for the version.
  record Version() implements ParsedCommand {}

  /// An empty command line.
  record Nothing() implements ParsedCommand {}

  /// A command line that is not valid.
  ///
  /// @param problem a one-line message for the user, with a suggestion
  record Mistake(String problem) implements ParsedCommand {}
}
