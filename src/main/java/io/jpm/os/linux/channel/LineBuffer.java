package io.jpm.os.linux.channel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Splits a stream of bytes into lines of text. Invalid UTF-8 is replaced with U+FFFD. A line is
/// dropped if it exceeds the maximum length, or if it is incomplete and the shared [MemoryBudget]
/// is exhausted; later lines are not affected. Not thread-safe.
final class LineBuffer {
  private static final int FREE = 8 * 1024;

  private final int most;
  private final MemoryBudget memoryBudget;
  private final Consumer<String> lines;
  private final Runnable onTooLong;
  private byte[] kept = new byte[0];
  private int length;
  private boolean skipping;

  /// @param most the maximum length of a line in bytes
  /// @param memoryBudget limits the memory that all buffers together use for incomplete lines
  /// @param lines receives each line that is not empty
  /// @param onTooLong called once for each dropped line
  LineBuffer(int most, MemoryBudget memoryBudget, Consumer<String> lines, Runnable onTooLong) {
    this.most = most;
    this.memoryBudget = memoryBudget;
    this.lines = lines;
    this.onTooLong = onTooLong;
  }

  /// Adds the next bytes of the stream.
  void add(byte[] bytes) {
    int from = 0;
    for (int at = 0; at < bytes.length; at++) {
      if (bytes[at] == '\n') {
        keep(bytes, from, at);
        endLine();
        from = at + 1;
      }
    }
    keep(bytes, from, bytes.length);
  }

  private void keep(byte[] bytes, int from, int to) {
    int more = to - from;
    if (skipping || more == 0) {
      return;
    }
    if (length + more > most || !reserve(length + more)) {
      skipping = true;
      forget();
      onTooLong.run();
      return;
    }
    System.arraycopy(bytes, from, kept, length, more);
    length += more;
  }

  /// Grows the buffer to at least `bytes`. Returns false if the shared memory is exhausted.
  private boolean reserve(int bytes) {
    if (bytes <= kept.length) {
      return true;
    }
    int wanted = Math.max(bytes, Math.min(most, 2 * kept.length));
    if (!memoryBudget.change(taken(kept.length), taken(wanted))) {
      return false;
    }
    kept = Arrays.copyOf(kept, wanted);
    return true;
  }

  /// Returns the part of a buffer that counts toward the shared memory. Short lines do not count,
  /// so they are always accepted.
  private static int taken(int bytes) {
    return Math.max(0, bytes - FREE);
  }

  /// Drops an incomplete line. Nothing may be added afterwards.
  void close() {
    forget();
  }

  private void endLine() {
    if (!skipping && length > 0) {
      String line = new String(kept, 0, length, StandardCharsets.UTF_8);
      forget();
      lines.accept(line);
    }
    skipping = false;
  }

  /// Frees the buffer. It is not kept between messages, because there is one per app.
  private void forget() {
    length = 0;
    memoryBudget.change(taken(kept.length), 0);
    kept = new byte[0];
  }

  /// Limits the memory that all buffers together use for incomplete lines. The first 8 KiB of each
  /// buffer do not count. Thread-safe.
  static final class MemoryBudget {
    private final AtomicLong left;

    /// @param bytes the limit for all buffers that share this budget
    MemoryBudget(long bytes) {
      left = new AtomicLong(bytes);
    }

    private boolean change(int from, int to) {
      if (left.addAndGet(from - to) >= 0 || to <= from) {
        return true;
      }
      left.addAndGet(to - from);
      return false;
    }
  }
}
