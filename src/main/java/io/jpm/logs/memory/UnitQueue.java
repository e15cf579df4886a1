package io.jpm.logs.memory;

import java.util.Arrays;

/// The units of a stretch of a stream, in order and without a gap.
final class UnitQueue {
  private int[] ring = new int[4];
  private int begin;
  private int size;
  private long first;

  boolean isEmpty() {
    return size == 0;
  }

  /// The index of the first unit; only where there is one.
  long first() {
    return first;
  }

  /// The index behind the last unit.
  long end() {
    return first + size;
  }

  boolean contains(long index) {
    return size > 0 && index >= first && index < end();
  }

  int unit(long index) {
    if (!contains(index)) {
      throw new IllegalStateException("no unit " + index + " in " + first + " + " + size);
    }
    return ring[(begin + (int) (index - first)) & (ring.length - 1)];
  }

  void add(long index, int unit) {
    if (size == 0) {
      first = index;
    } else if (index != end()) {
      throw new IllegalStateException("unit " + index + " does not follow " + end());
    }
    if (size == ring.length) {
      grow();
    }
    ring[(begin + size) & (ring.length - 1)] = unit;
    size++;
  }

  private void grow() {
    int[] next = Arrays.copyOfRange(ring, begin, begin + 2 * ring.length);
    System.arraycopy(ring, 0, next, ring.length - begin, begin);
    ring = next;
    begin = 0;
  }

  int removeFirst() {
    int unit = unit(first);
    begin = (begin + 1) & (ring.length - 1);
    first++;
    size--;
    return unit;
  }

  int removeLast() {
    int unit = unit(end() - 1);
    size--;
    return unit;
  }
}
