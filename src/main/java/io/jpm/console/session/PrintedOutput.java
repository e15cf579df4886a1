package io.jpm.console.session;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What a client has printed of a command that it sends again when the daemon dies: the next daemon
/// prints the rest. A text that is the same as one before the daemon's death is not printed a
/// second time. It stands in the mark of each chunk ([io.jpm.wire.ConsoleChunk.Marked]), so nobody
/// has to remember it but the client.
///
/// Not thread-safe: owned by one session.
public final class PrintedOutput {
  /// How marks of commands begin that are sent again, whoever starts the next daemon.
  private static final String WORD = "again";

  /// Older texts are printed again, rather than marks growing without end.
  private static final int MOST = 64;

  private final List<String> said = new ArrayList<>();
  private final List<String> before = new ArrayList<>();
  private final boolean resumed;

  /// How many of `said` have left.
  private int sent;

  private String note = "";

  /// @param mark what the client has received last; empty: it sends the command for the first time
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

  /// Whether an earlier daemon has begun with it.
  boolean isResumed() {
    return resumed;
  }

  /// What the command has noted down for the case that it has to go on in the next daemon.
  String note() {
    return note;
  }

  /// The mark has this from now on.
  ///
  /// @param words letters, digits and `_`
  void note(String words) {
    note = words;
  }

  /// The mark that goes with a text; empty: the client has printed it already.
  Optional<Supplier<String>> next(boolean error, String text) {
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

  /// The mark behind all that has left.
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
