package io.jpm.logs.memory;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.random.RandomGenerator;

/// What fills a room before it is given out: eight random bytes from 0xf8 up, again and again.
/// These occur in no UTF-8 text, so where a daemon died between the read and the note of it, the
/// next one sees how much was read.
///
/// All of the room is filled, not only its end: a kill may end a read early where a page is
/// missing, and none is missing after the fill.
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

  /// The largest room that it fills.
  int most() {
    return stock.capacity();
  }

  void fill(ByteBuffer room) {
    room.put(0, stock, 0, room.capacity());
  }

  /// How many bytes of a room that was filled with `word` were read into it. Fewer than eight bytes
  /// of the pattern at the end of bytes that were read are taken for output, since output may
  /// happen to look like that.
  static int received(ByteBuffer room, long word) {
    int at = room.capacity();
    while (at > 0 && room.get(at - 1) == (byte) (word >>> ((at - 1) % Long.BYTES * Byte.SIZE))) {
      at--;
    }
    return at > 0 && room.capacity() - at < Long.BYTES ? room.capacity() : at;
  }
}
