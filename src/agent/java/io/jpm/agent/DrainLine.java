package io.jpm.agent;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Looks for one line among those that come over the channel, however long the others are.
final class DrainLine {
  private static final byte[] WANTED =
      "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}".getBytes(StandardCharsets.US_ASCII);

  private final Runnable drain;

  /// The line so far, but for what is longer than the wanted one by more than a byte.
  private final byte[] line = new byte[WANTED.length + 1];

  private int length;

  /// @param drain what is done each time it comes
  DrainLine(Runnable drain) {
    this.drain = drain;
  }

  /// More bytes have come.
  void read(byte[] bytes) {
    for (byte next : bytes) {
      if (next != '\n') {
        line[Math.min(length++, WANTED.length)] = next;
        length = Math.min(length, line.length);
        continue;
      }
      if (Arrays.equals(line, 0, length, WANTED, 0, WANTED.length)) {
        drain.run();
      }
      length = 0;
    }
  }
}
