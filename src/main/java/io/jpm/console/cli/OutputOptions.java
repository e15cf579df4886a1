package io.jpm.console.cli;

import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Tty;
import java.util.List;

/// The output options of a client.
///
/// @param tty the client's terminal
/// @param quiet whether to print only requested output and errors
/// @param mergesFinalChunk whether the exit code may be sent together with the last text
/// @param resumable whether the client wants resume marks because it may have to resume the command
public record OutputOptions(Tty tty, boolean quiet, boolean mergesFinalChunk, boolean resumable) {
  /// The options for a client about which nothing is known.
  public static final OutputOptions PLAIN = new OutputOptions(Tty.NONE, false, false, false);

  /// Environment variables that make the client quiet if they are not empty. The first is PM2's,
  /// the second is jpm's.
  private static final List<String> SILENCING = List.of("PM2_SILENT", "JPM_SILENT");

  /// Reads the options from the client's command line and environment. The options also apply if
  /// the command line is not valid, because its error message is printed as well.
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
