package io.jpm.god.journal;

import java.io.IOException;
import java.nio.file.Path;

/// Reads and writes `state.json` and its older generations. Blocking; must be used by one thread at
/// a time, except that [#put] and [#force] may run concurrently.
public final class JournalFile {
  private final DurableFile file;
  private final WrittenSpecs specs = new WrittenSpecs();

  public JournalFile(Path home) {
    this(home, FileCalls.KERNEL);
  }

  public JournalFile(Path home, FileCalls calls) {
    this.file = new DurableFile(home, DurableFile.Kind.JOURNAL, calls);
  }

  /// Returns the path of the newest generation.
  Path path() {
    return file.path();
  }

  /// Writes a new generation for the next daemon. If this fails, for example because the disk is
  /// full, and there are no instances, deletes all generations instead. This has the same meaning
  /// and needs no space. Without it, deleted instances would reappear.
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

  /// Forces the generation that was written last to the disk, in case of a power failure.
  void force() throws IOException {
    file.force();
  }

  /// Returns the newest complete generation, or a snapshot without instances if nothing has been
  /// written yet.
  ///
  /// @throws UnreadableFile if a generation cannot be read, or was written by a newer version of
  ///   jpm
  public JournalEntry.Snapshot read() {
    return readWithProblems().content().orElse(JournalEntry.Snapshot.EMPTY);
  }

  /// Returns the newest complete generation, with messages about damaged generations.
  public DurableFile.ReadResult<JournalEntry.Snapshot> readWithProblems() {
    return file.read(JournalJson::read);
  }
}
