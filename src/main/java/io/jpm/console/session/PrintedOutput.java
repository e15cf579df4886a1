package io.jpm.console.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Prevents duplicate output when a client sends a command again because the daemon died: the next
/// daemon prints only the text that the client has not printed yet. The record of printed texts is
/// part of the resume mark of each chunk ([io.jpm.wire.ConsoleChunk.Marked]), so only the client
/// has to store it.
///
/// Not thread-safe: confined to one session.
public final class PrintedOutput {
  /// The first word of the resume marks of commands that the client sends again if the daemon dies.
  private static final String WORD = "again";

  /// The maximum number of texts that a mark contains, which limits its length. Older texts are
  /// printed again.
  private static final int MOST = 64;

  private final List<String> printed = new ArrayList<>();
  private final List<String> printedEarlier = new ArrayList<>();
  private final boolean resumed;

  /// The number of entries of `printed` that have been sent.
  private int sent;

  private String note = "";

  /// @param mark the last mark that the client has received; empty if it sends the command for the
  ///   first time
  public PrintedOutput(Optional<String> mark) {
    List<String> words = List.of(mark.orElse("").split("-"));
    String[] first = words.getFirst().split("_", 2);
    resumed = first[0].equals(WORD);
    if (resumed) {
      note = first.length == 2 ? first[1] : "";
      printedEarlier.addAll(words.subList(1, words.size()));
      printed.addAll(printedEarlier);
      sent = printed.size();
    }
  }

  /// Reports whether an earlier daemon has started the command.
  boolean isResumed() {
    return resumed;
  }

  /// Returns the checkpoint that the command has saved for the next daemon.
  String checkpoint() {
    return note;
  }

  /// Saves a checkpoint, which all further marks contain.
  ///
  /// @param words the checkpoint, consisting of letters, digits and `_`
  void checkpoint(String words) {
    note = words;
  }

  /// Returns the mark to send with a text; empty if the client has already printed the text.
  Optional<Supplier<String>> markFor(boolean error, String text) {
    String hash = "%s%08x".formatted(error ? "e" : "o", text.hashCode());
    if (printedEarlier.remove(hash)) {
      return Optional.empty();
    }
    printed.add(hash);
    int count = printed.size();
    return Optional.of(() -> {
      sent = count;
      return mark(count);
    });
  }

  /// Returns the mark that covers all text that has been sent.
  String mark() {
    return mark(sent);
  }

  private String mark(int count) {
    var mark = new StringBuilder(WORD);
    if (!note.isEmpty()) {
      mark.append('_').append(note);
    }
    printed
        .subList(Math.max(0, count - MOST), count)
        .forEach(hash -> mark.append('-').append(hash));
    return mark.toString();
  }
}
