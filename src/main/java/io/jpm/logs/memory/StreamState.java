package io.jpm.logs.memory;

import org.jspecify.annotations.Nullable;

/// What is known of a stream: positions count its bytes from the beginning. What waits is `head` to
/// `tail`, but for the hole, where lines were lost.
///
/// Kept twice in its slot: a change is written into the copy that does not hold, and then one word
/// makes that copy the one that holds. So a kill leaves all of a change or nothing.
final class StreamState {
  static final int WORDS = 18;
  static final long NONE = -1;

  long head;
  long tail;

  /// Where the hole begins, always behind `head`; [#NONE] where there is none.
  long holeBegin = NONE;

  long holeEnd;

  /// Lines in the hole. They are lost once all before it is in the file.
  long holeLines;

  long lostBytes;
  long lostLines;
  long told;

  /// Where a line goes on that is counted as lost already, before the hole; [#NONE] where there is
  /// none.
  long tornAt = NONE;

  /// The same behind the hole.
  long holeTornAt = NONE;

  /// Bytes behind the tail that are given out to be filled, and what they were filled with.
  long room;

  long pattern;

  @Nullable FileWrite write;

  private final long[] words = new long[WORDS];

  boolean hasHole() {
    return holeBegin != NONE;
  }

  /// Where the bytes end that can be written without a gap.
  long frontEnd() {
    return hasHole() ? holeBegin : tail;
  }

  long waiting() {
    return hasHole() ? holeBegin - head + tail - holeEnd : tail - head;
  }

  /// Lines that were lost, those in the hole too.
  long allLostLines() {
    return lostLines + holeLines;
  }

  /// Goes behind the hole once all before it is done.
  void closeHole() {
    if (hasHole() && head == holeBegin) {
      head = holeEnd;
      lostLines += holeLines;
      holeBegin = NONE;
      holeEnd = 0;
      holeLines = 0;
      tornAt = holeTornAt;
      holeTornAt = NONE;
    }
  }

  void save(MemoryWords memoryWords, long at) {
    long[] all = words;
    all[0] = head;
    all[1] = tail;
    all[2] = holeBegin;
    all[3] = holeEnd;
    all[4] = holeLines;
    all[5] = lostBytes;
    all[6] = lostLines;
    all[7] = told;
    all[8] = tornAt;
    all[9] = room;
    all[10] = pattern;
    FileWrite begun = write;
    all[11] = begun == null ? 0 : begun.target() + 1L;
    all[12] = begun == null ? 0 : begun.device();
    all[13] = begun == null ? 0 : begun.inode();
    all[14] = begun == null ? 0 : begun.offset();
    all[15] = begun == null ? 0 : ((long) begun.length() << Integer.SIZE) | begun.consumed();
    all[16] = begun == null ? 0 : begun.told();
    all[17] = holeTornAt;
    for (int i = 0; i < WORDS; i++) {
      memoryWords.putWord(at + (long) i * Long.BYTES, all[i]);
    }
  }

  void load(MemoryWords memoryWords, long at) {
    long[] all = words;
    for (int i = 0; i < WORDS; i++) {
      all[i] = memoryWords.word(at + (long) i * Long.BYTES);
    }
    head = all[0];
    tail = all[1];
    holeBegin = all[2];
    holeEnd = all[3];
    holeLines = all[4];
    lostBytes = all[5];
    lostLines = all[6];
    told = all[7];
    tornAt = all[8];
    room = all[9];
    pattern = all[10];
    holeTornAt = all[17];
    write =
        all[11] == 0
            ? null
            : new FileWrite(
                (int) (all[11] - 1),
                all[12],
                all[13],
                all[14],
                (int) (all[15] >>> Integer.SIZE),
                (int) all[15],
                all[16]);
  }
}
