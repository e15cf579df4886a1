package io.jpm.triggers;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;

/// Receives changes and problems from the watched paths of one app.
interface ChangeListener {
  /// Reports a definite change.
  ///
  /// @param what the changed path, as shown to the user
  void changed(String what);

  /// Reports that the watched file may have changed. The receiver must call [WatchedFile#check]
  /// after a quiet period.
  void maybeChanged();

  /// Reports that a path cannot be watched properly.
  ///
  /// @param kind identifies the problem; problems with the same kind are reported only once
  /// @param sentence a message for the user
  void trouble(String kind, String sentence);

  /// Reports that a directory exceeds the [#budget]. Neither the directory nor its subdirectories
  /// are watched.
  ///
  /// @param read the number of its entries that fit into the budget
  void tooLarge(Path directory, int read);

  /// Returns the budget for the memory that records the watched files.
  WatchBudget.Share budget();

  /// Opens a regular file for reading without blocking. Fails for pipes and devices.
  FileChannel open(Path file) throws IOException;

  /// Starts listening to a directory through kernel events, or by polling if the kernel refuses.
  void listen(Path directory, DirectoryWatcher.Listener listener);

  /// Stops listening to a directory.
  void forget(Path directory, DirectoryWatcher.Listener listener);
}
