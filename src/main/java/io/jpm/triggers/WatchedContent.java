package io.jpm.triggers;

/// The content at a watched path: a single file, or a directory with everything below it.
sealed interface WatchedContent extends DirectoryEvents.Listener permits WatchedTree, WatchedFile {
  /// Scans the content again. The path may lead to a different directory or file by now.
  void renew();

  /// Records that the path no longer exists.
  void gone();

  /// Stops listening for events.
  void close();
}
