package io.jpm.logs.buffer;

import java.util.Arrays;

/// The units of a contiguous range of a log stream, in order.
final class UnitQueue {
  private int[] ring = new int[4];
  private int begin;
  private int size;
  private long first;

  boolean isEmpty() {
    return size == 0;
  }

  /// Returns the index of the first unit; undefined if the queue is empty.
  long first() {
    return first;
  }

  /// Returns the index that follows that of the last unit.
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
      throw new IllegalStateException("expected unit " + end() + ", not " + index);
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
