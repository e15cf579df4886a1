package io.jpm.triggers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Receives changes and problems from the watched paths of one app.
interface ChangeListener {
  /// Reports a certain change.
  ///
  /// @param what the changed path as it is shown to the user
  void changed(String what);

  /// Reports that the watched file may have changed; call [WatchedFile#check] after a quiet period.
  void maybeChanged();

  /// Reports that a path cannot be watched properly.
  ///
  /// @param kind identifies the problem; each kind is reported only once
  void trouble(String kind, String sentence);

  /// Reports that a directory exceeds the [#budget]: neither it nor its subdirectories are watched.
  ///
  /// @param read number of its entries that fitted
  void tooLarge(Path directory, int read);

  /// Returns the budget for the memory that records the watched files.
  WatchBudget.Share budget();

  /// Opens a regular file for reading without blocking; rejects a pipe or a device.
  FileChannel open(Path file) throws IOException;

  /// Listens to a directory by kernel events, or by polling if the kernel refuses.
  void listen(Path directory, DirectoryWatcher.Listener listener);

  /// Ends a [#listen].
  void forget(Path directory, DirectoryWatcher.Listener listener);
}
