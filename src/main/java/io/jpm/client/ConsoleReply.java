package io.jpm.client;

/// One part of the daemon's answer to a command.
public sealed interface ConsoleReply {
  /// Text for standard output.
  record Out(String text) implements ConsoleReply {}

  /// Text for standard error.
  record Err(String text) implements ConsoleReply {}

  /// No output yet: the daemon is running and busy.
  record KeepAlive() implements ConsoleReply {}

  /// Output of a command that the next daemon can resume.
  ///
  /// @param text [Out], [Err] or [KeepAlive]
  /// @param mark the mark that resumes the command after this output ([CommandLineRequest#resumed])
  record Marked(ConsoleReply text, String mark) implements ConsoleReply {}

  /// The end of the command, with its exit code.
  record Done(int code) implements ConsoleReply {}
}
