package io.jpm.os.linux.log;

import io.jpm.os.LogPipes;
import java.nio.ByteBuffer;
import java.util.Arrays;

/// The last bytes of a stream. Takes memory only when there are some, and as much as they need.
///
/// Not safe for several threads.
final class Tail {
  private static final int SMALLEST = 512;

  private byte[] bytes = new byte[0];
  private int length;

  /// Notes the first `count` bytes behind `from` in `filled`.
  void add(ByteBuffer filled, int from, int count) {
    int taken = Math.min(count, LogPipes.TAIL_BYTES);
    int kept = Math.min(length, LogPipes.TAIL_BYTES - taken);
    makeRoom(kept + taken);
    System.arraycopy(bytes, length - kept, bytes, 0, kept);
    filled.get(from + count - taken, bytes, kept, taken);
    length = kept + taken;
  }

  private void makeRoom(int needed) {
    if (bytes.length < needed) {
      int wanted = Math.max(SMALLEST, Integer.highestOneBit(needed - 1) << 1);
      bytes = Arrays.copyOf(bytes, Math.min(wanted, LogPipes.TAIL_BYTES));
    }
  }

  /// What there is; from now on there is nothing.
  byte[] take() {
    byte[] taken = Arrays.copyOf(bytes, length);
    bytes = new byte[0];
    length = 0;
    return taken;
  }
}
