package io.jpm.console.cli;

import io.jpm.wire.ConsoleRequest;
import io.jpm.wire.ConsoleRequest.Tty;
import java.util.List;

/// How a client wants to be spoken to.
///
/// @param tty what its output is drawn on
/// @param quiet only what was asked for, and what goes wrong
/// @param mergesFinalChunk the exit code may come with the last of the text
/// @param marks it wants to know where a command goes on that it may have to resume
public record OutputOptions(Tty tty, boolean quiet, boolean mergesFinalChunk, boolean marks) {
  /// To whom nothing is known of.
  public static final OutputOptions PLAIN = new OutputOptions(Tty.NONE, false, false, false);

  /// PM2 obeys the first with any value; the second is ours.
  private static final List<String> SILENCING = List.of("PM2_SILENT", "JPM_SILENT");

  /// As its words and its environment say. Options hold even where the command is none, since its
  /// mistake is printed, too.
  public static OutputOptions of(ConsoleRequest request) {
    List<String> words = ArgumentReader.ownWords(request.argv());
    boolean plain = words.contains("--no-color");
    boolean quiet =
        VerbOption.SILENT.names().stream().anyMatch(words::contains)
            || SILENCING.stream().anyMatch(name -> isGiven(request, name));
    Tty tty = plain ? request.tty().withoutColor() : request.tty();
    return new OutputOptions(tty, quiet, request.joinsLast(), request.marks());
  }

  private static boolean isGiven(ConsoleRequest request, String variable) {
    return !request.environment().getOrDefault(variable, "").isEmpty();
  }
}
