package io.jpm.logs.buffer;

/// Drops the oldest bytes of a stream, as whole lines if possible, and counts the dropped lines.
///
/// A line counts as dropped when its end is dropped. If part of a line has already been written,
/// dropping the rest counts as one line. If the bytes that may be dropped contain no line end, only
/// part of a line is dropped: the line is torn. A torn line is counted immediately and only once,
/// regardless of what happens to the rest of it.
final class LineDropper {
  private final StreamUnits streamUnits;
  private final StreamState state;
  private final int unitBytes;

  LineDropper(StreamUnits streamUnits, int unitBytes) {
    this.streamUnits = streamUnits;
    this.state = streamUnits.state;
    this.unitBytes = unitBytes;
  }

  /// Drops at least `need` bytes, up to the end of a line, or as many as possible. If `held` is
  /// within a line, the beginning of that line will still be written, so the rest is kept as well
  /// if the end of the line is present.
  ///
  /// @param held the position before which nothing may be dropped
  /// @param need the number of bytes to drop
  /// @return the number of dropped bytes; 0 if nothing may be dropped
  long drop(long held, long need) {
    long keep = behindLineAt(held);
    if (state.hasHole()
        && keep < state.holeBegin
        && (keep == state.head || state.holeEnd == state.tail)) {
      return dropBeforeHole(keep, need);
    }
    long from = state.hasHole() ? state.holeEnd : keep;
    if (from >= state.tail) {
      return 0;
    }
    long to = end(from, Math.min(from + need, state.tail));
    count(from, to);
    lose(from, to);
    streamUnits.commit();
    return to - from;
  }

  /// Returns the end of the line that contains `position` if this end is before the hole; otherwise
  /// returns `position`.
  private long behindLineAt(long position) {
    if (position == state.head) {
      return position;
    }
    long limit = state.hasHole() ? state.holeBegin : state.tail;
    long end = streamUnits.behindFirstLine(position - 1, limit);
    return end == StreamState.NONE ? position : end;
  }

  /// Drops lines between `keep` and the hole (see [StreamState]). If `keep` is the head, the oldest
  /// lines are dropped. Otherwise everything up to the hole is dropped, because a stream can have
  /// only one hole. A line that continues in the hole has already been counted.
  private long dropBeforeHole(long keep, long need) {
    boolean oldest = keep == state.head;
    long target = Math.min(keep + need, state.holeBegin);
    long end = oldest ? streamUnits.behindFirstLine(target - 1, state.holeBegin) : StreamState.NONE;
    long to = end == StreamState.NONE ? state.holeBegin : end;
    long ends = streamUnits.lineEnds(keep, to);
    long lines = ends > 0 && isCounted(keep) ? ends - 1 : ends;
    state.lostBytes += to - keep;
    if (oldest) {
      state.lostLines += lines;
      state.head = to;
      state.tornAt = StreamState.NONE;
      state.closeHole();
    } else {
      state.holeLines += lines;
      state.holeBegin = keep;
    }
    streamUnits.commit();
    return to - keep;
  }

  private long end(long from, long target) {
    long end = streamUnits.behindFirstLine(target - 1, state.tail);
    if (end == StreamState.NONE) {
      end = streamUnits.behindLastLine(from, target);
    }
    if (end != StreamState.NONE) {
      return end;
    }
    // The newest unit is kept, unless nothing else can be dropped.
    long newest = (state.tail - 1) / unitBytes * unitBytes;
    return newest > from ? Math.min(target, newest) : state.tail;
  }

  private void count(long from, long to) {
    boolean counted = isCounted(from);
    long ends = streamUnits.lineEnds(from, to);
    boolean torn = streamUnits.behindLastLine(to - 1, to) == StreamState.NONE;
    long lines = ends;
    if (counted && ends > 0) {
      lines--;
    }
    if (torn && !(counted && ends == 0)) {
      lines++;
    }
    state.lostBytes += to - from;
    state.holeLines += lines;
    state.holeTornAt = torn ? to : StreamState.NONE;
  }

  /// Reports whether the line at this position has already been counted as dropped.
  boolean isCounted(long position) {
    long tornAt = state.hasHole() && position >= state.holeEnd ? state.holeTornAt : state.tornAt;
    return tornAt != StreamState.NONE
        && tornAt <= position
        && streamUnits.behindFirstLine(tornAt, position) == StreamState.NONE;
  }

  private void lose(long from, long to) {
    if (!state.hasHole()) {
      state.holeBegin = from;
    }
    state.holeEnd = to;
    state.closeHole(); // takes effect if no bytes precede the hole
  }

  /// Updates the position of the torn line before the head moves to `newHead`. If the torn line
  /// ends before `newHead`, the position is cleared, because the lines after it have not been
  /// counted.
  static void headMoved(StreamUnits streamUnits, long newHead) {
    StreamState state = streamUnits.state;
    if (state.tornAt != StreamState.NONE && state.tornAt < newHead) {
      long behind = streamUnits.behindFirstLine(Math.max(state.tornAt, state.head), newHead);
      state.tornAt = behind == StreamState.NONE ? newHead : StreamState.NONE;
    }
  }
}
