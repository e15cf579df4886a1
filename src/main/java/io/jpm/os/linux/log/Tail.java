package io.jpm.os.linux.log;

import io.jpm.os.LogPipeReader;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// Keeps the last bytes of a stream. Uses no memory while it is empty. Not thread-safe.
final class Tail {
  private static final int SMALLEST = 512;

  private byte[] bytes = new byte[0];
  private int length;

  /// Appends `count` bytes of `filled`, starting at `from`.
  void add(ByteBuffer filled, int from, int count) {
    int taken = Math.min(count, LogPipeReader.TAIL_BYTES);
    int kept = Math.min(length, LogPipeReader.TAIL_BYTES - taken);
    makeRoom(kept + taken);
    System.arraycopy(bytes, length - kept, bytes, 0, kept);
    filled.get(from + count - taken, bytes, kept, taken);
    length = kept + taken;
  }

  private void makeRoom(int needed) {
    if (bytes.length < needed) {
      int wanted = Math.max(SMALLEST, Integer.highestOneBit(needed - 1) << 1);
      bytes = Arrays.copyOf(bytes, Math.min(wanted, LogPipeReader.TAIL_BYTES));
    }
  }

  /// Returns the bytes and clears the tail.
  byte[] take() {
    byte[] taken = Arrays.copyOf(bytes, length);
    bytes = new byte[0];
    length = 0;
    return taken;
  }
}
