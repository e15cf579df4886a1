package io.jpm.logs.files;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/// Finds and counts line feeds in a buffer, eight bytes at a time.
public final class NewlineScanner {
  private static final long LINE_ENDS = 0x0a0a0a0a0a0a0a0aL;
  private static final long LOW = 0x7f7f7f7f7f7f7f7fL;

  private NewlineScanner() {}

  /// Returns a word in which the highest bit of each byte is set if that byte is a line feed. Exact
  /// for all byte values.
  private static long marks(long word) {
    long zeros = word ^ LINE_ENDS;
    return ~(((zeros & LOW) + LOW) | zeros | LOW);
  }

  /// Returns the number of line feeds.
  public static long count(ByteBuffer bytes) {
    ByteBuffer words = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    long count = 0;
    int at = words.position();
    int end = words.limit();
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      count += Long.bitCount(marks(words.getLong(at)));
    }
    for (; at < end; at++) {
      count += words.get(at) == '\n' ? 1 : 0;
    }
    return count;
  }

  /// Returns the index of the first line feed, or -1.
  public static int first(ByteBuffer bytes) {
    ByteBuffer words = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int at = words.position();
    int end = words.limit();
    for (; at + Long.BYTES <= end; at += Long.BYTES) {
      long marks = marks(words.getLong(at));
      if (marks != 0) {
        return at + Long.numberOfTrailingZeros(marks) / Byte.SIZE;
      }
    }
    for (; at < end; at++) {
      if (words.get(at) == '\n') {
        return at;
      }
    }
    return -1;
  }

  /// Returns the index of the last line feed, or -1.
  public static int last(ByteBuffer bytes) {
    ByteBuffer words = bytes.duplicate().order(ByteOrder.LITTLE_ENDIAN);
    int begin = words.position();
    int end = words.limit();
    for (; end - Long.BYTES >= begin; end -= Long.BYTES) {
      long marks = marks(words.getLong(end - Long.BYTES));
      if (marks != 0) {
        return end - 1 - Long.numberOfLeadingZeros(marks) / Byte.SIZE;
      }
    }
    for (int at = end - 1; at >= begin; at--) {
      if (words.get(at) == '\n') {
        return at;
      }
    }
    return -1;
  }
}
