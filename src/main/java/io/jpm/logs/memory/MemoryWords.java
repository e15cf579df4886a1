package io.jpm.logs.memory;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Words and bytes of the memory. A killed daemon leaves its stores as the program has ordered
/// them: a kill falls between two instructions, so only the compiler could change the order, and a
/// word that is [#publish]ed comes after all that were put before.
class MemoryWords {
  private static final VarHandle WORD =
      MethodHandles.byteBufferViewVarHandle(long[].class, ByteOrder.nativeOrder());

  private final Geometry geometry;
  private final MemoryBacking memoryBacking;
  private final ByteBuffer table;
  private final @Nullable ByteBuffer[] regions;

  MemoryWords(Geometry geometry, MemoryBacking memoryBacking) throws IOException {
    this.geometry = geometry;
    this.memoryBacking = memoryBacking;
    this.table = memoryBacking.map(0, (int) geometry.dataAt());
    this.regions =
        new ByteBuffer[(geometry.units() + geometry.regionUnits() - 1) / geometry.regionUnits()];
  }

  /// Called before anything is stored: where tests die.
  void beforeStore() {}

  Geometry geometry() {
    return geometry;
  }

  long word(long at) {
    return (long) WORD.getAcquire(table, (int) at);
  }

  void putWord(long at, long value) {
    beforeStore();
    WORD.set(table, (int) at, value);
  }

  /// Puts a word after everything that was put before.
  void publish(long at, long value) {
    beforeStore();
    WORD.setRelease(table, (int) at, value);
  }

  byte[] bytes(long at, int length) {
    byte[] bytes = new byte[length];
    table.get((int) at, bytes);
    return bytes;
  }

  void putBytes(long at, byte[] bytes) {
    beforeStore();
    table.put((int) at, bytes);
  }

  /// Bytes of units that lie in one region.
  ByteBuffer room(int unit, int offset, int length) {
    ByteBuffer region = regions[unit / geometry.regionUnits()];
    if (region == null) {
      throw new IllegalStateException("unit " + unit + " is not mapped");
    }
    int begin = unit % geometry.regionUnits() * geometry.unitBytes() + offset;
    return region.slice(begin, length);
  }

  /// Fills a stretch of the table with zeros.
  void reserve(long at, long length) throws IOException {
    beforeStore();
    memoryBacking.reserve(at, length);
  }

  /// Makes units usable, those that nobody has: their words and their bytes are zeros then.
  void reserveUnits(int from, int count) throws IOException {
    reserve(geometry.ownerAt(from), (long) count * Long.BYTES);
    reserve(geometry.unitAt(from), (long) count * geometry.unitBytes());
    mapUnits(from, from + count);
  }

  /// Makes the first units usable, which are there already.
  ///
  /// @throws IOException where they are not
  void takeUnits(int count) throws IOException {
    if (count < 0 || count > geometry.units() || memoryBacking.size() < geometry.unitAt(count)) {
      throw new IOException("it is cut off");
    }
    mapUnits(0, count);
  }

  private void mapUnits(int from, int to) throws IOException {
    int size = geometry.regionUnits();
    for (int region = from / size; region * size < to; region++) {
      if (regions[region] == null) {
        int length = Math.min(size, geometry.units() - region * size);
        regions[region] =
            memoryBacking.map(geometry.unitAt(region * size), length * geometry.unitBytes());
      }
    }
  }

  /// Gives back the units from here on.
  void cutUnits(int from) {
    beforeStore();
    memoryBacking.cut(geometry.unitAt(from));
  }
}
