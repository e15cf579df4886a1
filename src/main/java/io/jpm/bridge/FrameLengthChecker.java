package io.jpm.bridge;

import io.vertx.core.buffer.Buffer;

/// Checks the length prefixes of a stream of frames, chunk by chunk, without buffering the stream.
/// The Vert.x bridge's parser would accept any declared length, up to 2 GiB.
final class FrameLengthChecker {
  /// The result of checking a chunk.
  sealed interface Verdict {
    /// All lengths are within the limit.
    ///
    /// @param boundary the offset in the chunk at which the last complete frame ends; 0 if that
    ///   frame ends exactly before the chunk; -1 if no frame ends in or directly before the chunk
    record Valid(int boundary) implements Verdict {}

    /// A frame declares a length that is less than 1 or exceeds the limit, so the rest of the
    /// stream cannot be parsed.
    ///
    /// @param length the declared length
    record Invalid(int length) implements Verdict {}
  }

  private static final int PREFIX_BYTES = 4;

  private final int maxFrameBytes;
  private int prefix;
  private int prefixBytesSeen;
  private int bodyBytesLeft;

  FrameLengthChecker(int maxFrameBytes) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /// Reports whether the stream so far ends with a complete frame.
  boolean atBoundary() {
    return prefixBytesSeen == 0 && bodyBytesLeft == 0;
  }

  Verdict check(Buffer chunk) {
    int at = 0;
    int boundary = atBoundary() ? 0 : -1;
    while (at < chunk.length()) {
      if (bodyBytesLeft > 0) {
        int step = Math.min(bodyBytesLeft, chunk.length() - at);
        bodyBytesLeft -= step;
        at += step;
      } else if (!takePrefixByte(chunk.getByte(at++))) {
        return new Verdict.Invalid(prefix);
      }
      boundary = atBoundary() ? at : boundary;
    }
    return new Verdict.Valid(boundary);
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
