package io.jpm.god;

import java.io.IOException;
import java.nio.file.Path;

/// `state.json` and the generations before it. Blocking; used by one thread at a time, but that
/// [#put] and [#force] may run at the same time.
final class JournalFile {
  private final DurableFile file;

  JournalFile(Path home) {
    this(home, FileCalls.KERNEL);
  }

  JournalFile(Path home, FileCalls calls) {
    this.file = new DurableFile(home, DurableFile.Kind.JOURNAL, calls);
  }

  /// Puts a complete new generation in place, where the next daemon finds it.
  void put(JournalEntry.Snapshot snapshot) throws IOException {
    file.put(JournalJson.write(snapshot).encode());
  }

  /// Has the generation that was put last on the disk, for a loss of power.
  void force() throws IOException {
    file.force();
  }

  /// The newest generation that is whole; nothing written yet: no instances.
  ///
  /// @throws UnreadableFile when there is one that must not be ignored
  JournalEntry.Snapshot read() {
    return find().content().orElse(JournalEntry.Snapshot.EMPTY);
  }

  /// The same, with what is wrong with the generations.
  DurableFile.Found<JournalEntry.Snapshot> find() {
    return file.read(JournalJson::read);
  }
}
