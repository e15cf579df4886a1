package io.jpm.logs.buffer;

import java.io.IOException;
import java.util.BitSet;

/// Allocates the units of the log buffer to streams. The lowest free units are used first, so that
/// few pages are touched and memory at the end can be returned to the system.
///
/// Guarded by the lock of the log buffer.
final class UnitPool {
  private static final int OWNER_SHIFT = 48;

  /// The reserve for streams with little waiting output is the size of the pool divided by this
  /// number.
  private static final int RESERVE = 16;

  private static final long INDEX_MASK = (1L << OWNER_SHIFT) - 1;

  private final MemoryWords memoryWords;
  private final BufferHeader bufferHeader;
  private final Geometry geometry;
  private final BitSet taken = new BitSet();
  private int used;
  private int backed;
  private int most;

  UnitPool(MemoryWords memoryWords, BufferHeader bufferHeader) {
    this.memoryWords = memoryWords;
    this.bufferHeader = bufferHeader;
    this.geometry = memoryWords.geometry();
    this.backed = bufferHeader.units();
  }

  /// A run of contiguous units; empty if no unit is available.
  record Run(int first, int count) {
    static final Run NONE = new Run(0, 0);
  }

  /// Sets the maximum number of units in use. The memory of units above the limit is returned to
  /// the system when they become free.
  void limit(int units) {
    most = Math.clamp(units, geometry.stepUnits(), geometry.units());
  }

  /// Returns by how many units the usage exceeds the limit minus the reserve; 0 if it does not.
  int excess() {
    return Math.max(0, used - (most - reserve()));
  }

  private int reserve() {
    return most / RESERVE;
  }

  /// Returns the number of units that a stream may take now. Some units always remain for every
  /// stream, even if the files of other streams hang. From the reserve, a stream receives one unit
  /// at a time. The more units a stream holds, the more of the reserve it must leave free.
  ///
  /// @param held the number of units that the stream's waiting bytes occupy
  /// @param blocks whether the stream must not drop these bytes; such streams receive units only
  ///   while less than half of the pool is in use, apart from the minimum that every stream may use
  int share(long held, boolean blocks) {
    int least = Geometry.LEAST_UNITS;
    int common = most - reserve() - used;
    if (common <= 0) {
      return held < least && used < most - Math.ceilDiv(reserve() * held, least) ? 1 : 0;
    }
    long own = blocks ? Math.max(most / 2 - used, least - held) : common;
    return Math.clamp(own, 0, common);
  }

  int used() {
    return used;
  }

  int backed() {
    return backed;
  }

  int limit() {
    return most;
  }

  /// Prepares the units for use: maps those of an earlier daemon, or creates the first ones.
  ///
  /// @throws IOException if no memory is available
  void begin() throws IOException {
    if (backed == 0) {
      grow();
    } else {
      memoryWords.takeUnits(backed);
    }
  }

  /// Allocates contiguous units to a stream, at most `count`.
  Run take(int slot, long index, int count) {
    int wanted = Math.min(count, most - used);
    if (wanted <= 0) {
      return Run.NONE;
    }
    Run run = find(wanted);
    while (run.count() < wanted && canGrow()) {
      run = find(wanted);
    }
    return claim(run, slot, index);
  }

  /// Allocates contiguous units to a stream, at most `count`, starting with `unit`.
  Run takeAt(int unit, int slot, long index, int count) {
    int wanted = Math.min(Math.min(count, most - used), regionEnd(unit - 1) - unit);
    int free = 0;
    while (free < wanted && (unit + free < backed || canGrow()) && !taken.get(unit + free)) {
      free++;
    }
    return claim(new Run(unit, free), slot, index);
  }

  private int regionEnd(int unit) {
    return (unit / geometry.regionUnits() + 1) * geometry.regionUnits();
  }

  private Run find(int wanted) {
    Run best = Run.NONE;
    int unit = taken.nextClearBit(0);
    while (unit < backed && best.count() < wanted) {
      int next = taken.nextSetBit(unit);
      int end = Math.min(next < 0 ? backed : Math.min(next, backed), regionEnd(unit));
      int count = Math.min(end - unit, wanted);
      if (count > best.count()) {
        best = new Run(unit, count);
      }
      unit = taken.nextClearBit(end);
    }
    return best;
  }

  private Run claim(Run run, int slot, long index) {
    for (int i = 0; i < run.count(); i++) {
      long word = ((slot + 1L) << OWNER_SHIFT) | ((index + i) & INDEX_MASK);
      memoryWords.putWord(geometry.ownerAt(run.first() + i), word);
    }
    taken.set(run.first(), run.first() + run.count());
    used += run.count();
    return run;
  }

  private boolean canGrow() {
    if (backed >= most) {
      return false;
    }
    try {
      grow();
      return true;
    } catch (IOException full) {
      return false; // the next caller tries again
    }
  }

  private void grow() throws IOException {
    int step = Math.min(geometry.stepUnits(), geometry.units() - backed);
    memoryWords.reserveUnits(backed, step);
    backed += step;
    bufferHeader.units(backed);
  }

  /// Frees a unit.
  void free(int unit) {
    memoryWords.putWord(geometry.ownerAt(unit), 0);
    taken.clear(unit);
    used--;
  }

  /// Returns memory to the system if only a small part of it is in use. Must be called after units
  /// were freed.
  void shrink() {
    int step = geometry.stepUnits();
    int top = Math.max(taken.length(), 1);
    int enough = (top + step - 1) / step * step;
    // Not earlier, because returning memory and allocating it again costs more than keeping it.
    if (backed >= 4 * enough) {
      backed = enough;
      bufferHeader.units(backed);
      memoryWords.cutUnits(backed);
    }
  }

  /// Returns the slot of the stream that owns a unit; -1 if the unit is free.
  int ownerOf(int unit) {
    return (int) (memoryWords.word(geometry.ownerAt(unit)) >>> OWNER_SHIFT) - 1;
  }

  /// Returns the index of a unit within its stream.
  long indexOf(int unit) {
    return memoryWords.word(geometry.ownerAt(unit)) & INDEX_MASK;
  }

  /// Registers a unit that an earlier daemon allocated to a stream.
  void adopt(int unit) {
    taken.set(unit);
    used++;
  }

  /// Clears the owner of a unit that an earlier daemon used and that no stream needs any more.
  void disown(int unit) {
    memoryWords.putWord(geometry.ownerAt(unit), 0);
  }
}
