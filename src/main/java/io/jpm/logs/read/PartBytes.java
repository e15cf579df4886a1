package io.jpm.logs.read;

import java.io.IOException;
import java.nio.ByteBuffer;

/// The content of one file of a log, unpacked.
interface PartBytes {
  /// Reads some bytes from `offset` on.
  ///
  /// @return how many; 0 at the end
  /// @throws IOException when it is another file by now, or cannot be read
  int read(long offset, ByteBuffer into) throws IOException;
}
