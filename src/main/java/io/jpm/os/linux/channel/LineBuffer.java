package io.jpm.os.linux.channel;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/// Cuts a stream of bytes into lines of text. What is no UTF-8 becomes U+FFFD; a line longer than
/// the limit is left out, and what follows it is read as ever; so is one for which the [Room] that
/// all share has no place while it is not whole. Not for several threads.
final class LineBuffer {
  private static final int FREE = 8 * 1024;

  private final int most;
  private final Room room;
  private final Consumer<String> lines;
  private final Runnable onTooLong;
  private byte[] kept = new byte[0];
  private int length;
  private boolean skipping;

  /// @param most the longest line in bytes
  /// @param room for what is not whole
  /// @param lines gets each line that is not empty
  /// @param onTooLong told once of each line that is left out
  LineBuffer(int most, Room room, Consumer<String> lines, Runnable onTooLong) {
    this.most = most;
    this.room = room;
    this.lines = lines;
    this.onTooLong = onTooLong;
  }

  /// Takes the next bytes.
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

  /// Whether there is memory for so many bytes.
  private boolean reserve(int bytes) {
    if (bytes <= kept.length) {
      return true;
    }
    int wanted = Math.max(bytes, Math.min(most, 2 * kept.length));
    if (!room.change(taken(kept.length), taken(wanted))) {
      return false;
    }
    kept = Arrays.copyOf(kept, wanted);
    return true;
  }

  /// Short ones are always taken, whatever others do.
  private static int taken(int bytes) {
    return Math.max(0, bytes - FREE);
  }

  /// Drops what is not whole; nothing is to be added after that.
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

  /// Between messages no memory is held: there is one buffer for every app.
  private void forget() {
    length = 0;
    room.change(taken(kept.length), 0);
    kept = new byte[0];
  }

  /// How much all buffers together may keep of lines that are not whole, beside the first 8 KiB of
  /// each. For all threads.
  static final class Room {
    private final AtomicLong left;

    /// @param bytes of all buffers that share it
    Room(long bytes) {
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
