package io.jpm.logs.read;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Looks for line ends backwards.
final class LineEnds {
  private static final int SMALL_BYTES = 8 * 1024;
  private static final int LARGE_BYTES = 256 * 1024;

  private LineEnds() {}

  /// The offset behind the last line end between two offsets; `from` where there is none, or where
  /// the longest line that is read as one would begin.
  static long last(PartBytes bytes, long from, long to) throws IOException {
    int size = SMALL_BYTES;
    long first = Math.max(from, to - LineReader.MOST_BYTES);
    long end = to;
    while (end > first) {
      var block = ByteBuffer.allocate((int) Math.min(size, end - first));
      long begin = end - block.capacity();
      bytes.read(begin, block);
      for (int i = block.position() - 1; i >= 0; i--) {
        if (block.get(i) == '\n') {
          return begin + i + 1;
        }
      }
      end = begin;
      size = LARGE_BYTES;
    }
    return first;
  }
}
