package io.jpm.triggers;

/// The content at a watched path: a single file, or a directory with everything below it.
sealed interface WatchedContent extends DirectoryWatcher.Listener permits WatchedTree, WatchedFile {
  /// Scans the content again. The path may lead to a different directory or file by now.
  void rescan();

  /// Records that the path no longer exists.
  void removed();

  /// Stops listening for events.
  void close();
}
