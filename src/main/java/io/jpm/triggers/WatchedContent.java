package io.jpm.triggers;

/// The content of a watched path: a single file, or a directory with everything below it.
sealed interface WatchedContent extends DirectoryWatcher.Listener permits WatchedTree, WatchedFile {
  /// Scans the content again. The path may refer to a different directory or file than before.
  void rescan();

  /// Records that the path no longer exists.
  void removed();

  /// Stops listening for events.
  void close();
}
