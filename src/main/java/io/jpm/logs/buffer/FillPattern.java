package io.jpm.logs.buffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/// Fills reserved space with a repeated pattern of eight random bytes, each 0xf8 or greater. Such
/// bytes do not occur in UTF-8 text. If a daemon dies after it has read output but before it has
/// recorded how much, the next daemon can determine from the pattern how much was read.
///
/// The whole space is filled, not only its end, because a kill can interrupt a read at a page that
/// is not in memory. After the fill, all pages are in memory.
final class FillPattern {
  private static final long HIGH = 0xf8f8f8f8f8f8f8f8L;

  private final long word;
  private final ByteBuffer stock;

  FillPattern(RandomGenerator random, int most) {
    word = random.nextLong() | HIGH;
    stock = ByteBuffer.allocateDirect((most + Long.BYTES - 1) / Long.BYTES * Long.BYTES);
    stock.order(ByteOrder.LITTLE_ENDIAN);
    for (int at = 0; at < stock.capacity(); at += Long.BYTES) {
      stock.putLong(at, word);
    }
  }

  long word() {
    return word;
  }

  /// Returns the size of the largest space that can be filled.
  int maxBytes() {
    return stock.capacity();
  }

  void fill(ByteBuffer room) {
    room.put(0, stock, 0, room.capacity());
  }

  /// Returns the number of bytes that were read into a space that had been filled with `word`. If
  /// fewer than eight pattern bytes remain at the end, they count as output, because output may
  /// happen to look like the pattern.
  static int received(ByteBuffer room, long word) {
    int at = room.capacity();
    while (at > 0 && room.get(at - 1) == (byte) (word >>> ((at - 1) % Long.BYTES * Byte.SIZE))) {
      at--;
    }
    return at > 0 && room.capacity() - at < Long.BYTES ? room.capacity() : at;
  }
}
