package io.jpm.logs.buffer;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The file that stores the log buffer.
interface MemoryBacking {
  /// Maps a range of the file. The mapping exists as long as the returned buffer is reachable.
  ByteBuffer map(long at, int length) throws IOException;

  /// Fills a range with zeros, so that later access to it cannot fail.
  ///
  /// @throws IOException if no memory is available
  void reserve(long at, long length) throws IOException;

  /// Returns the size of the file in bytes.
  long size() throws IOException;

  /// Truncates the file to `size` bytes and returns the freed memory to the system.
  void cut(long size);
}
