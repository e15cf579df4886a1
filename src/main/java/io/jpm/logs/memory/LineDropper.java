package io.jpm.logs.memory;

/// Loses the oldest lines of a stream, whole ones where there are any, and counts them.
///
/// A line is lost when its end is: the rest of one that was already written in part counts as one.
/// Where there is no line end in all that may go, a line is torn. It counts as one lost line at
/// once and only once, whatever becomes of the rest of it.
final class LineDropper {
  private final StreamUnits streamUnits;
  private final StreamState state;
  private final int unitBytes;

  LineDropper(StreamUnits streamUnits, int unitBytes) {
    this.streamUnits = streamUnits;
    this.state = streamUnits.state;
    this.unitBytes = unitBytes;
  }

  /// Loses `need` bytes and the rest of the line then begun, or what there is. A line that is held
  /// in part stays as a whole if its end is there: what holds it writes the first part later.
  ///
  /// @param held the position before which nothing may go
  /// @return how many bytes are lost; 0 where nothing may go
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

  /// The end of the line that this position cuts, as long as that line lies before the hole; else
  /// the position itself.
  private long behindLineAt(long position) {
    if (position == state.head) {
      return position;
    }
    long limit = state.hasHole() ? state.holeBegin : state.tail;
    long end = streamUnits.behindFirstLine(position - 1, limit);
    return end == StreamState.NONE ? position : end;
  }

  /// Loses lines before the hole that nobody holds any more: the oldest, or where the oldest are
  /// held all behind these, since there is only one hole. A line that goes on in the hole is
  /// counted there already.
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
    // The newest unit stays, if anything else can go.
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

  /// Whether the line at this position is counted as lost already.
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
    state.closeHole(); // at once where nothing is before it
  }

  /// Notes that bytes from the head on leave: after the end of a line that is counted as lost the
  /// next one is not.
  static void follow(StreamUnits streamUnits, long newHead) {
    StreamState state = streamUnits.state;
    if (state.tornAt != StreamState.NONE && state.tornAt < newHead) {
      long behind = streamUnits.behindFirstLine(Math.max(state.tornAt, state.head), newHead);
      state.tornAt = behind == StreamState.NONE ? newHead : StreamState.NONE;
    }
  }
}
