package io.jpm.logs.buffer;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/// Fills reserved space with eight repeated random bytes, each 0xf8 or greater. Such bytes do not
/// occur in UTF-8 text. If a daemon dies between reading output and recording that, the next one
/// can see how much was read.
///
/// The whole space is filled, not only its end: a kill can end a read early at a page that is not
/// present, and after the fill all pages are present.
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

  /// Returns how many bytes were read into a space that had been filled with `word`. Fewer than
  /// eight bytes of the pattern after bytes that were read are taken for output, since output may
  /// happen to look like that.
  static int received(ByteBuffer room, long word) {
    int at = room.capacity();
    while (at > 0 && room.get(at - 1) == (byte) (word >>> ((at - 1) % Long.BYTES * Byte.SIZE))) {
      at--;
    }
    return at > 0 && room.capacity() - at < Long.BYTES ? room.capacity() : at;
  }
}
