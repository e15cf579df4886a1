package io.jpm.logs.read;

import java.io.IOException;
import java.nio.ByteBuffer;

/// Finds line ends by reading a log file backwards.
final class BackwardNewlineScanner {
  private static final int SMALL_BYTES = 8 * 1024;
  private static final int LARGE_BYTES = 256 * 1024;

  private BackwardNewlineScanner() {}

  /// Returns the offset after the last line end between `from` and `to`. Examines at most the last
  /// [LineReader#MOST_BYTES] bytes before `to`. If they contain no line end, returns the offset at
  /// which the examination ended.
  static long last(LogContent bytes, long from, long to) throws IOException {
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
