package io.jpm.logs.memory;

import java.io.IOException;
import java.util.BitSet;

/// The units of room and who has them. The lowest go first, so that little is touched and the end
/// can be given back.
///
/// Guarded by the lock of the memory.
final class Pool {
  private static final int OWNER_SHIFT = 48;

  /// Which part of the pool is kept for streams that have little: one of so many.
  private static final int RESERVE = 16;

  private static final long INDEX_MASK = (1L << OWNER_SHIFT) - 1;

  private final MemoryWords memoryWords;
  private final Header header;
  private final Geometry geometry;
  private final BitSet taken = new BitSet();
  private int used;
  private int backed;
  private int most;

  Pool(MemoryWords memoryWords, Header header) {
    this.memoryWords = memoryWords;
    this.header = header;
    this.geometry = memoryWords.geometry();
    this.backed = header.units();
  }

  /// Units that lie one behind the other; none where there is no room.
  record Run(int first, int count) {
    static final Run NONE = new Run(0, 0);
  }

  /// How many units may be in use. What is above that goes when it becomes free.
  void most(int units) {
    most = Math.clamp(units, geometry.stepUnits(), geometry.units());
  }

  /// How many units are in use beyond what is allowed, the reserve left out.
  int excess() {
    return Math.max(0, used - (most - reserve()));
  }

  private int reserve() {
    return most / RESERVE;
  }

  /// How many units a stream may take now, so that nobody is left without any because the files of
  /// others hang. A unit at a time comes out of the reserve, and the more a stream has the earlier
  /// that ends.
  ///
  /// @param held how many units hold what waits of the stream
  /// @param blocks whether that may not be lost: no more than half of the pool goes to such
  ///   streams, but for the little that each may have
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

  int most() {
    return most;
  }

  /// Makes the first units usable.
  ///
  /// @throws IOException where there is no room
  void begin() throws IOException {
    if (backed == 0) {
      grow();
    } else {
      memoryWords.takeUnits(backed);
    }
  }

  /// Takes up to `count` units for a stream, as many as lie together.
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

  /// Takes up to `count` units from this one on, as long as they are free.
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
      return false; // What there is must do; the next one who needs more tries again.
    }
  }

  private void grow() throws IOException {
    int step = Math.min(geometry.stepUnits(), geometry.units() - backed);
    memoryWords.reserveUnits(backed, step);
    backed += step;
    header.units(backed);
  }

  /// Lets go of a unit.
  void free(int unit) {
    memoryWords.putWord(geometry.ownerAt(unit), 0);
    taken.clear(unit);
    used--;
  }

  /// Gives memory back where a small part of it is in use. Called after units were let go of.
  void shrink() {
    int step = geometry.stepUnits();
    int top = Math.max(taken.length(), 1);
    int enough = (top + step - 1) / step * step;
    // Not at once, since giving back and growing again is dearer than keeping.
    if (backed >= 4 * enough) {
      backed = enough;
      header.units(backed);
      memoryWords.cutUnits(backed);
    }
  }

  /// Whose unit this is: the slot, or -1.
  int ownerOf(int unit) {
    return (int) (memoryWords.word(geometry.ownerAt(unit)) >>> OWNER_SHIFT) - 1;
  }

  /// Which part of its owner's stream a unit has.
  long indexOf(int unit) {
    return memoryWords.word(geometry.ownerAt(unit)) & INDEX_MASK;
  }

  /// Notes a unit that a former daemon has given to a stream.
  void adopt(int unit) {
    taken.set(unit);
    used++;
  }

  /// Lets go of a unit that a former daemon has given to nobody who still wants it.
  void disown(int unit) {
    memoryWords.putWord(geometry.ownerAt(unit), 0);
  }
}
