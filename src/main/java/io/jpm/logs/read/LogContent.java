package io.jpm.logs.read;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Random access to the uncompressed content of one log file.
interface LogContent {
  /// Reads bytes at `offset`, at least one if there is any.
  ///
  /// @return the number of bytes read; 0 at the end
  /// @throws IOException if the path now refers to a different file, or the file cannot be read
  int read(long offset, ByteBuffer into) throws IOException;
}
