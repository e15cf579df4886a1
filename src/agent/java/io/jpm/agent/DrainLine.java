package io.jpm.agent;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Looks for one line among those that come over the channel, however long the others are.
final class DrainLine {
  private final byte[] wanted;
  private final Runnable drain;

  /// The line so far, but for what is longer than the wanted one by more than a byte.
  private final byte[] line;

  private int length;

  /// Looks for the order to drain.
  ///
  /// @param drain what is done each time it comes
  DrainLine(Runnable drain) {
    this("drain", drain);
  }

  /// @param act the order
  /// @param drain what is done each time it comes
  DrainLine(String act, Runnable drain) {
    wanted = ("{\"cmd\":\"NODE_JPM\",\"act\":\"" + act + "\"}").getBytes(StandardCharsets.US_ASCII);
    line = new byte[wanted.length + 1];
    this.drain = drain;
  }

  /// More bytes have come.
  void read(byte[] bytes) {
    for (byte next : bytes) {
      if (next != '\n') {
        line[Math.min(length++, wanted.length)] = next;
        length = Math.min(length, line.length);
        continue;
      }
      if (Arrays.equals(line, 0, length, wanted, 0, wanted.length)) {
        drain.run();
      }
      length = 0;
    }
  }
}
