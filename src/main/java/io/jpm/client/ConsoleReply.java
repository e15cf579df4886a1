package io.jpm.client;

/// One part of the daemon's reply to a command.
public sealed interface ConsoleReply {
  /// Text for standard output.
  record Out(String text) implements ConsoleReply {}

  /// Text for standard error.
  record Err(String text) implements ConsoleReply {}

  /// A keep-alive without output: the daemon is running but busy.
  record KeepAlive() implements ConsoleReply {}

  /// The output of a command that can be resumed by the next daemon.
  ///
  /// @param text an [Out], [Err] or [KeepAlive]
  /// @param mark the mark with which the command can be resumed after this output
  ///   ([CommandLineRequest#resumed])
  record Marked(ConsoleReply text, String mark) implements ConsoleReply {}

  /// The command is done.
  ///
  /// @param code the exit code of the command
  record Done(int code) implements ConsoleReply {}
}
