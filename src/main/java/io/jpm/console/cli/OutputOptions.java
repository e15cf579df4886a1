package io.jpm.console.cli;

import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Tty;
import java.util.List;

/// How to print the output of a command.
///
/// @param tty the client's terminal
/// @param quiet whether to print only results and errors
/// @param mergesFinalChunk whether the exit code may be sent together with the last text
/// @param resumable whether the client requests resume marks, with which it can resume the command
///   if the daemon dies
public record OutputOptions(Tty tty, boolean quiet, boolean mergesFinalChunk, boolean resumable) {
  /// The options for requests that are rejected before their options are read.
  public static final OutputOptions PLAIN = new OutputOptions(Tty.NONE, false, false, false);

  /// Environment variables that have the effect of `--silent` if they are not empty.
  private static final List<String> SILENCING = List.of("PM2_SILENT", "JPM_SILENT");

  /// Reads the options from the client's command line and environment. The command line need not be
  /// valid: the options then apply to the error message.
  public static OutputOptions of(ConsoleRequest request) {
    List<String> words = ArgumentReader.wordsBeforeSeparator(request.argv());
    boolean plain = words.contains("--no-color");
    boolean quiet =
        VerbOption.SILENT.names().stream().anyMatch(words::contains)
            || SILENCING.stream().anyMatch(name -> isGiven(request, name));
    Tty tty = plain ? request.tty().withoutColor() : request.tty();
    return new OutputOptions(tty, quiet, request.mergesFinalChunk(), request.resumable());
  }

  private static boolean isGiven(ConsoleRequest request, String variable) {
    return !request.environment().getOrDefault(variable, "").isEmpty();
  }
}
