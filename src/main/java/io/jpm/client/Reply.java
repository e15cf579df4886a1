package io.jpm.client;

/// One piece of the daemon's answer to a command.
public sealed interface Reply {
  /// Text for standard output.
  record Out(String text) implements Reply {}

  /// Text for standard error.
  record Err(String text) implements Reply {}

  /// Nothing yet: the daemon is alive and busy.
  record Waiting() implements Reply {}

  /// Text of a command that can be resumed in the next daemon.
  ///
  /// @param text [Out], [Err] or [Waiting]
  /// @param mark what resumes the command behind the text ([ConsoleRequest#resumed])
  record Marked(Reply text, String mark) implements Reply {}

  /// The end; the command's exit code.
  record Done(int code) implements Reply {}
}
