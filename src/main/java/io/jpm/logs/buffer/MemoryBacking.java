package io.jpm.logs.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The storage below the log buffer: a file.
interface MemoryBacking {
  /// Maps a range, permanently.
  ByteBuffer map(long at, int length) throws IOException;

  /// Fills a range with zeros, so that later access to it cannot fail.
  ///
  /// @throws IOException if no memory is available
  void reserve(long at, long length) throws IOException;

  /// Returns the size in bytes.
  long size() throws IOException;

  /// Truncates the storage and so returns everything beyond `size`.
  void cut(long size);
}
