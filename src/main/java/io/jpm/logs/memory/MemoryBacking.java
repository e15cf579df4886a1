package io.jpm.logs.memory;

import java.io.IOException;
import java.nio.ByteBuffer;

/// What the memory lies on: a file.
interface MemoryBacking {
  /// Makes a stretch of it accessible, for good.
  ByteBuffer map(long at, int length) throws IOException;

  /// Fills a stretch with zeros, so that touching it cannot fail any more.
  ///
  /// @throws IOException where there is no room for it
  void reserve(long at, long length) throws IOException;

  /// How many bytes there are.
  long size() throws IOException;

  /// Gives back everything from here to the end.
  void cut(long size);
}
