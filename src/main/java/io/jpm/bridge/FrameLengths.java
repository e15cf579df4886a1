package io.jpm.bridge;

import io.vertx.core.buffer.Buffer;

/// Follows the length prefixes of one stream of frames, chunk by chunk, and keeps no byte of them:
/// the stock bridge's parser would wait for any declared length, 2 GiB too.
final class FrameLengths {
  /// What a chunk turned out to hold.
  sealed interface Verdict {
    /// All lengths are within the limit.
    ///
    /// @param boundary where in the chunk the last complete frame ends (0: before its first byte);
    ///   -1 when the whole chunk is the inside of one frame
    record Fine(int boundary) implements Verdict {}

    /// A frame declares a length outside 1 to the limit. The stream cannot be followed any further.
    ///
    /// @param length what it declares
    record Broken(int length) implements Verdict {}
  }

  private static final int PREFIX_BYTES = 4;

  private final int maxFrameBytes;
  private int prefix;
  private int prefixBytesSeen;
  private int bodyBytesLeft;

  FrameLengths(int maxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /// Whether the stream so far ends with a complete frame.
  boolean atBoundary() {
    return prefixBytesSeen == 0 && bodyBytesLeft == 0;
  }

  Verdict follow(Buffer chunk) {
    int at = 0;
    int boundary = atBoundary() ? 0 : -1;
    while (at < chunk.length()) {
      if (bodyBytesLeft > 0) {
        int step = Math.min(bodyBytesLeft, chunk.length() - at);
        bodyBytesLeft -= step;
        at += step;
      } else if (!takePrefixByte(chunk.getByte(at++))) {
        return new Verdict.Broken(prefix);
      }
      boundary = atBoundary() ? at : boundary;
    }
    return new Verdict.Fine(boundary);
  }

  private boolean takePrefixByte(byte next) {
    prefix = (prefix << 8) | (next & 0xff);
    if (++prefixBytesSeen < PREFIX_BYTES) {
      return true;
    }
    prefixBytesSeen = 0;
    bodyBytesLeft = prefix;
    return prefix >= 1 && prefix <= maxFrameBytes;
  }
}
