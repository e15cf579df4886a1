package io.jpm.console.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// Tracks what a client has printed of a command that it sends again when the daemon dies, so that
/// the next daemon prints only the rest. A text that was already printed before the daemon died is
/// not printed a second time. The record is part of the resume mark of each chunk
/// ([io.jpm.wire.ConsoleChunk.Marked]), so only the client has to store it.
///
/// Not thread-safe: confined to one session.
public final class PrintedOutput {
  /// The first word of the resume marks of commands that are sent again.
  private static final String WORD = "again";

  /// The number of texts that a mark contains, so that marks do not grow without limit. Older texts
  /// are printed again.
  private static final int MOST = 64;

  private final List<String> said = new ArrayList<>();
  private final List<String> before = new ArrayList<>();
  private final boolean resumed;

  /// How many of `said` have been sent.
  private int sent;

  private String note = "";

  /// @param mark the mark that the client has received last; empty if it sends the command for the
  ///   first time
  public PrintedOutput(Optional<String> mark) {
    List<String> words = List.of(mark.orElse("").split("-"));
    String[] first = words.getFirst().split("_", 2);
    resumed = first[0].equals(WORD);
    if (resumed) {
      note = first.length == 2 ? first[1] : "";
      before.addAll(words.subList(1, words.size()));
      said.addAll(before);
      sent = said.size();
    }
  }

  /// Reports whether an earlier daemon has started the command.
  boolean isResumed() {
    return resumed;
  }

  /// Returns the checkpoint that the command has saved for the next daemon.
  String note() {
    return note;
  }

  /// Saves a checkpoint, which is part of the mark from now on.
  ///
  /// @param words letters, digits and `_`
  void note(String words) {
    note = words;
  }

  /// Returns the mark to send with a text; empty if the client has already printed the text.
  Optional<Supplier<String>> markFor(boolean error, String text) {
    String hash = "%s%08x".formatted(error ? "e" : "o", text.hashCode());
    if (before.remove(hash)) {
      return Optional.empty();
    }
    said.add(hash);
    int count = said.size();
    return Optional.of(() -> {
      sent = count;
      return mark(count);
    });
  }

  /// Returns the mark after all text that has been sent.
  String mark() {
    return mark(sent);
  }

  private String mark(int count) {
    var mark = new StringBuilder(WORD);
    if (!note.isEmpty()) {
      mark.append('_').append(note);
    }
    said.subList(Math.max(0, count - MOST), count).forEach(hash -> mark.append('-').append(hash));
    return mark.toString();
  }
}
