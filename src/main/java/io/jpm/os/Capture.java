package io.jpm.os;

/// A running transfer from a [LogPipe]'s pipe into its file.
public interface Capture {
  /// Bytes thrown away because the file could not take them (full disk), since the capture began.
  long droppedBytes();

  /// Moves what is in the pipe now into the file, then stops. The pipe stays for the next capture.
  void close();

  /// As [#close], then removes the pipe: the app it belonged to is deleted.
  void closeAndRemove();
}
