package io.jpm.triggers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Whom the watched paths of one app tell what they have noticed.
interface ChangeListener {
  /// Something is different for certain.
  ///
  /// @param what the path as people shall read it
  void changed(String what);

  /// The watched file may be different; ask it when things are quiet.
  void maybeChanged();

  /// Something cannot be watched as it should.
  ///
  /// @param kind what is told once only
  void trouble(String kind, String sentence);

  /// A directory does not fit into the [#budget]: it is not watched, nor what is under it.
  ///
  /// @param read how many of its entries did
  void tooLarge(Path directory, int read);

  /// Pays for what is kept of watched files.
  WatchBudget.Share budget();

  /// Opens a regular file for reading, without waiting: what a pipe or a device gives is refused.
  FileChannel open(Path file) throws IOException;

  /// Listens to a directory as well as the kernel lets; where it does not, somebody looks there
  /// from time to time.
  void listen(Path directory, DirectoryEvents.Listener listener);

  /// The end of [#listen].
  void forget(Path directory, DirectoryEvents.Listener listener);
}
