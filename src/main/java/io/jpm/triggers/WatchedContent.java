package io.jpm.triggers;

/// What is at a watched path: a directory with all that is under it, or one file.
sealed interface WatchedContent extends DirectoryEvents.Listener permits WatchedTree, WatchedFile {
  /// Looks at everything again. The path may lead to another directory or file by now.
  void renew();

  /// There is nothing at the path any more.
  void gone();

  /// No more news.
  void close();
}
