package io.jpm.god.journal;

import java.io.IOException;
import java.nio.file.Path;

/// `state.json` and the generations before it. Blocking; used by one thread at a time, but that
/// [#put] and [#force] may run at the same time.
public final class JournalFile {
  private final DurableFile file;
  private final WrittenSpecs specs = new WrittenSpecs();

  public JournalFile(Path home) {
    this(home, FileCalls.KERNEL);
  }

  public JournalFile(Path home, FileCalls calls) {
    this.file = new DurableFile(home, DurableFile.Kind.JOURNAL, calls);
  }

  /// Where the newest generation stands.
  Path path() {
    return file.path();
  }

  /// Puts a complete new generation in place, where the next daemon finds it. That there is no
  /// instance any more is said by no file as well, which takes no room on a full disk: else what
  /// was deleted would come back.
  void put(JournalEntry.Snapshot snapshot) throws IOException {
    try {
      file.put(JournalJson.write(snapshot, specs).encode());
    } catch (IOException full) {
      if (!snapshot.entries().isEmpty()) {
        throw full;
      }
      file.clear();
    }
  }

  /// Has the generation that was put last on the disk, for a loss of power.
  void force() throws IOException {
    file.force();
  }

  /// The newest generation that is whole; nothing written yet: no instances.
  ///
  /// @throws UnreadableFile when there is one that must not be ignored
  public JournalEntry.Snapshot read() {
    return find().content().orElse(JournalEntry.Snapshot.EMPTY);
  }

  /// The same, with what is wrong with the generations.
  public DurableFile.Found<JournalEntry.Snapshot> find() {
    return file.read(JournalJson::read);
  }
}
