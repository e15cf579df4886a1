package io.jpm.logs.buffer;

import io.jpm.logs.files.NewlineScanner;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/// Maps the positions of one log stream to the units that hold its bytes, before and after the
/// hole.
///
/// A unit is needed as long as it contains a waiting byte or a part of the reserved space.
/// [#commit] first saves a changed state and then frees the units that are no longer needed. If the
/// daemon is killed in between, the next daemon frees them.
///
/// Guarded by the lock of the log buffer.
final class StreamUnits {
  private final MemoryWords memoryWords;
  private final Geometry geometry;
  private final StreamTable table;
  private final UnitPool unitPool;
  private final int slot;
  private UnitQueue front = new UnitQueue();
  private UnitQueue back = new UnitQueue();
  final StreamState state;

  StreamUnits(
      MemoryWords memoryWords, StreamTable table, UnitPool unitPool, int slot, StreamState state) {
    this.memoryWords = memoryWords;
    this.geometry = memoryWords.geometry();
    this.table = table;
    this.unitPool = unitPool;
    this.slot = slot;
    this.state = state;
  }

  int slot() {
    return slot;
  }

  // ------------------------------------------------------------ changes

  /// Saves the state and frees the units that are no longer needed.
  void commit() {
    table.commit(slot, state);
    arrange();
  }

  /// Redistributes the units before and after the hole according to the state, and frees those that
  /// are no longer needed.
  private void arrange() {
    int before = unitPool.used();
    if (state.hasHole() && back.isEmpty()) {
      split();
    } else if (!state.hasHole() && !back.isEmpty()) {
      UnitQueue behind = back;
      drain(front, behind);
      front = behind;
      back = new UnitQueue();
    }
    long end = state.tail + state.room;
    trim(front, back, state.head, state.hasHole() ? state.holeBegin : end);
    trim(back, front, state.holeEnd, end);
    if (unitPool.used() < before) {
      unitPool.shrink();
    }
  }

  private void split() {
    long index = Math.max(geometry.index(state.holeEnd), front.isEmpty() ? 0 : front.first());
    for (; front.contains(index); index++) {
      back.add(index, front.unit(index));
    }
  }

  private void trim(UnitQueue queue, UnitQueue other, long from, long to) {
    if (from >= to) {
      drain(queue, other);
      return;
    }
    while (!queue.isEmpty() && (queue.first() + 1) * geometry.unitBytes() <= from) {
      free(queue.first(), queue.removeFirst(), other);
    }
    while (!queue.isEmpty() && (queue.end() - 1) * geometry.unitBytes() >= to) {
      free(queue.end() - 1, queue.removeLast(), other);
    }
  }

  private void drain(UnitQueue queue, UnitQueue other) {
    while (!queue.isEmpty()) {
      free(queue.first(), queue.removeFirst(), other);
    }
  }

  private void free(long index, int unit, UnitQueue other) {
    if (!other.contains(index)) {
      unitPool.free(unit);
    }
  }

  /// Removes the stream from the table. The stream keeps its units until [#release].
  void forget() {
    table.forget(slot);
  }

  /// Frees the units and the slot of a forgotten stream.
  void release() {
    drain(front, back);
    drain(back, front);
    unitPool.shrink();
    table.free(slot);
  }

  // ------------------------------------------------------------ space

  /// Adds contiguous units after the tail for at most `most` bytes.
  ///
  /// @param blocks whether the stream must not drop waiting bytes
  /// @return the number of bytes available at the tail; 0 if the pool has no units for this stream
  int extend(int most, boolean blocks) {
    if (tailUnits().isEmpty()) {
      align();
    }
    int offset = (int) (state.tail - geometry.index(state.tail) * geometry.unitBytes());
    long index = geometry.index(state.tail + geometry.unitBytes() - 1);
    int here = offset == 0 ? 0 : geometry.unitBytes() - offset;
    if (here >= most) {
      return most;
    }
    int share = unitPool.share(state.waiting() / geometry.unitBytes(), blocks);
    int count = Math.min(geometry.unitsFor(most - here), share);
    UnitPool.Run run =
        offset == 0
            ? unitPool.take(slot, index, count)
            : unitPool.takeAt(tailUnits().unit(index - 1) + 1, slot, index, count);
    for (int i = 0; i < run.count(); i++) {
      tailUnits().add(index + i, run.first() + i);
    }
    return Math.min(most, here + run.count() * geometry.unitBytes());
  }

  /// Moves the tail to the start of the next unit. Must be called only while no byte waits at the
  /// tail.
  private void align() {
    long next = geometry.aligned(state.tail);
    if (state.hasHole()) {
      state.holeTornAt = state.holeTornAt == state.tail ? next : state.holeTornAt;
      state.holeEnd = next;
    } else {
      state.tornAt = state.tornAt == state.tail ? next : state.tornAt;
      state.head = next;
    }
    state.tail = next;
  }

  private UnitQueue tailUnits() {
    return state.hasHole() ? back : front;
  }

  // ------------------------------------------------------------ bytes

  /// Returns the bytes from `from` to `to`, or only the first of them that are contiguous in
  /// memory.
  ByteBuffer piece(long from, long to) {
    UnitQueue units = front.contains(geometry.index(from)) ? front : back;
    long index = geometry.index(from);
    int first = units.unit(index);
    long end = (index + 1) * geometry.unitBytes();
    for (int last = first; end < to && follows(units, ++index, last); last++) {
      end += geometry.unitBytes();
    }
    int offset = (int) (from - geometry.index(from) * geometry.unitBytes());
    return memoryWords.room(first, offset, (int) (Math.min(end, to) - from));
  }

  private boolean follows(UnitQueue units, long index, int last) {
    return units.contains(index)
        && units.unit(index) == last + 1
        && (last + 1) % geometry.regionUnits() != 0;
  }

  /// Returns all bytes of a range, in order.
  List<ByteBuffer> pieces(long from, long to) {
    List<ByteBuffer> pieces = new ArrayList<>();
    for (long at = from; at < to; ) {
      ByteBuffer piece = piece(at, to);
      pieces.add(piece.asReadOnlyBuffer());
      at += piece.capacity();
    }
    return pieces;
  }

  /// Returns the number of line ends in a range.
  long lineEnds(long from, long to) {
    long count = 0;
    for (long at = from; at < to; ) {
      ByteBuffer piece = piece(at, to);
      count += NewlineScanner.count(piece);
      at += piece.capacity();
    }
    return count;
  }

  /// Returns the position after the first line end in a range; [StreamState#NONE] if there is no
  /// line end.
  long behindFirstLine(long from, long to) {
    for (long at = from; at < to; ) {
      ByteBuffer piece = piece(at, to);
      int found = NewlineScanner.first(piece);
      if (found >= 0) {
        return at + found + 1;
      }
      at += piece.capacity();
    }
    return StreamState.NONE;
  }

  /// Returns the position after the last line end in a range; [StreamState#NONE] if there is no
  /// line end.
  long behindLastLine(long from, long to) {
    long behind = StreamState.NONE;
    for (long at = from; at < to; ) {
      ByteBuffer piece = piece(at, to);
      int found = NewlineScanner.last(piece);
      behind = found >= 0 ? at + found + 1 : behind;
      at += piece.capacity();
    }
    return behind;
  }

  // ------------------------------------------------------------ recovery after an earlier daemon

  /// Adopts a unit of an earlier daemon. Units must be passed in ascending order of index.
  ///
  /// @return false if the unit is no longer needed
  boolean adopt(long index, int unit) {
    long end = state.tail + state.room;
    boolean inFront = covers(index, state.head, state.hasHole() ? state.holeBegin : end);
    boolean inBack = state.hasHole() && covers(index, state.holeEnd, end);
    if (inFront) {
      front.add(index, unit);
    }
    if (inBack) {
      back.add(index, unit);
    }
    return inFront || inBack;
  }

  private boolean covers(long index, long from, long to) {
    return from < to
        && index * geometry.unitBytes() < to
        && (index + 1) * geometry.unitBytes() > from;
  }

  /// Verifies that all waiting bytes are present, and recovers the bytes that were read into the
  /// reserved space just before the daemon died.
  ///
  /// @throws IOException if the stream is damaged
  void settle() throws IOException {
    long end = state.tail + state.room;
    requireUnits(front, state.head, state.hasHole() ? state.holeBegin : end);
    requireUnits(back, state.holeEnd, state.hasHole() ? end : state.holeEnd);
    if (state.room > 0) {
      ByteBuffer room = piece(state.tail, end);
      if (room.capacity() != state.room) {
        throw new IOException("the reserved space of a stream is damaged");
      }
      state.tail += FillPattern.received(room, state.pattern);
      state.room = 0;
      commit();
    }
  }

  private void requireUnits(UnitQueue units, long from, long to) throws IOException {
    if (from > to) {
      throw new IOException("a stream ends before it begins");
    }
    if (from < to
        && !(units.contains(geometry.index(from)) && units.contains(geometry.index(to - 1)))) {
      throw new IOException("bytes of a stream are missing");
    }
  }
}
