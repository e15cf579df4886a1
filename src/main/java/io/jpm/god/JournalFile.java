package io.jpm.god;

import java.io.IOException;
import java.nio.file.Path;

/// `state.json` and the generations before it. Blocking; used by one thread at a time.
final class JournalFile {
  private final DurableFile file;

  JournalFile(Path home) {
    this.file = new DurableFile(home, DurableFile.Kind.JOURNAL);
  }

  /// Puts a complete new generation in place; it is on the disk when this returns.
  ///
  /// @param stands called as soon as the next daemon would find it
  void write(JournalEntry.Snapshot snapshot, Runnable stands) throws IOException {
    file.write(JournalJson.write(snapshot).encode(), stands);
  }

  /// The newest generation that is whole; nothing written yet: no instances.
  ///
  /// @throws UnreadableFile when there is one that must not be ignored
  JournalEntry.Snapshot read() {
    return file.read(JournalJson::read).content().orElse(JournalEntry.Snapshot.EMPTY);
  }
}
