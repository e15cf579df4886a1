package io.jpm.logs.buffer;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.jspecify.annotations.Nullable;

/// Reads and writes words and bytes of the mapped log buffer.
///
/// If the daemon is killed, its stores have taken effect in program order, because a kill occurs
/// between two instructions. Only the compiler could change the order, so [#publish] makes a word
/// visible after all earlier stores.
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

  /// Called before each store; tests override it to simulate the death of the daemon.
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

  /// Stores a word so that it becomes visible after all earlier stores.
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

  /// Returns a slice of the memory of one or more contiguous units, which must be in the same
  /// region.
  ByteBuffer room(int unit, int offset, int length) {
    ByteBuffer region = regions[unit / geometry.regionUnits()];
    if (region == null) {
      throw new IllegalStateException("unit " + unit + " is not mapped");
    }
    int begin = unit % geometry.regionUnits() * geometry.unitBytes() + offset;
    return region.slice(begin, length);
  }

  /// Fills a range of the file with zeros, which also backs it with memory.
  void reserve(long at, long length) throws IOException {
    beforeStore();
    memoryBacking.reserve(at, length);
  }

  /// Backs new units with memory and maps them. The owner words and the bytes of the units become
  /// zero.
  void reserveUnits(int from, int count) throws IOException {
    reserve(geometry.ownerAt(from), (long) count * Long.BYTES);
    reserve(geometry.unitAt(from), (long) count * geometry.unitBytes());
    mapUnits(from, from + count);
  }

  /// Maps the first `count` units, which already exist in the file.
  ///
  /// @throws IOException if the file is too short
  void takeUnits(int count) throws IOException {
    if (count < 0 || count > geometry.units() || memoryBacking.size() < geometry.unitAt(count)) {
      throw new IOException("it is truncated");
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

  /// Returns the memory of unit `from` and of all later units to the system.
  void cutUnits(int from) {
    beforeStore();
    memoryBacking.cut(geometry.unitAt(from));
  }
}
