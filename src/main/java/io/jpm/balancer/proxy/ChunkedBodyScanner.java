package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;

/// Finds the end of a chunked body. Only the lengths of the chunks show where the body ends,
/// because the data of a chunk may contain the same bytes as the end. Owned by the connection's
/// event loop.
final class ChunkedBodyScanner {
  private enum Part {
    /// The digits of a chunk's length.
    SIZE,
    /// The rest of the line with the length.
    SIZE_LINE,
    DATA,
    /// The line break after a chunk's data.
    DATA_END,
    /// The beginning of a line after the last chunk.
    TRAILER,
    /// The rest of a line after the last chunk.
    TRAILER_LINE,
    /// The body is complete.
    END,
    /// More bytes follow the body, or the body is not chunked.
    INVALID
  }

  private static final int HEX = 16;
  private static final long LARGEST = Long.MAX_VALUE / HEX - 1;

  private Part part = Part.SIZE;
  private long size;
  private boolean digits;

  /// Scans more of the body.
  ///
  /// @param from the index of the first byte that belongs to the body
  void read(ByteBuf bytes, int from) {
    int at = from;
    while (at < bytes.writerIndex()) {
      if (part == Part.DATA) {
        long taken = Math.min(size, bytes.writerIndex() - at);
        size -= taken;
        at += (int) taken;
        part = size == 0 ? Part.DATA_END : Part.DATA;
      } else {
        part = next(bytes.getByte(at++));
      }
    }
  }

  /// Reports whether the body is complete and no bytes follow it.
  boolean ended() {
    return part == Part.END;
  }

  /// Reports whether the bytes are not a valid chunked body.
  boolean isMalformed() {
    return part == Part.INVALID;
  }

  private Part next(byte one) {
    return switch (part) {
      case SIZE -> digit(one);
      case SIZE_LINE -> one == '\n' ? sized() : Part.SIZE_LINE;
      case DATA, END, INVALID -> Part.INVALID;
      case DATA_END -> dataEnd(one);
      case TRAILER ->
          switch (one) {
            case '\n' -> Part.END;
            case '\r' -> Part.TRAILER;
            default -> Part.TRAILER_LINE;
          };
      case TRAILER_LINE -> one == '\n' ? Part.TRAILER : Part.TRAILER_LINE;
    };
  }

  private Part digit(byte one) {
    int value = Character.digit((char) one, HEX);
    if (value >= 0) {
      digits = true;
      size = size * HEX + value;
      return size > LARGEST ? Part.INVALID : Part.SIZE;
    }
    if (!digits) {
      return Part.INVALID;
    }
    return one == '\n' ? sized() : Part.SIZE_LINE;
  }

  private Part sized() {
    digits = false;
    return size == 0 ? Part.TRAILER : Part.DATA;
  }

  private Part dataEnd(byte one) {
    return switch (one) {
      case '\r' -> Part.DATA_END;
      case '\n' -> Part.SIZE;
      default -> Part.INVALID;
    };
  }
}
