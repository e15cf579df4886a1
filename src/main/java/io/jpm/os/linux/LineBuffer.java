package io.jpm.os.linux;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.function.Consumer;

/// Cuts a stream of bytes into lines of text. What is no UTF-8 becomes U+FFFD; a line longer than
/// the limit is left out, and what follows it is read as ever. Not for several threads.
final class LineBuffer {
  private final int most;
  private final Consumer<String> lines;
  private final Runnable onTooLong;
  private byte[] kept = new byte[0];
  private int length;
  private boolean skipping;

  /// @param most the longest line in bytes
  /// @param lines gets each line that is not empty
  /// @param onTooLong told once of each line that is left out
  LineBuffer(int most, Consumer<String> lines, Runnable onTooLong) {
    this.most = most;
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
    if (length + more > most) {
      skipping = true;
      forget();
      onTooLong.run();
      return;
    }
    if (length + more > kept.length) {
      kept = Arrays.copyOf(kept, Math.max(length + more, Math.min(most, 2 * kept.length)));
    }
    System.arraycopy(bytes, from, kept, length, more);
    length += more;
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
    kept = new byte[0];
  }
}
