package io.jpm.client;

/// One part of the daemon's answer to a command.
public sealed interface Reply {
  /// Text for standard output.
  record Out(String text) implements Reply {}

  /// Text for standard error.
  record Err(String text) implements Reply {}

  /// No output yet: the daemon is running and busy.
  record Waiting() implements Reply {}

  /// Output of a command that the next daemon can resume.
  ///
  /// @param text [Out], [Err] or [Waiting]
  /// @param mark the mark that resumes the command after this output ([ConsoleRequest#resumed])
  record Marked(Reply text, String mark) implements Reply {}

  /// The end of the command, with its exit code.
  record Done(int code) implements Reply {}
}
