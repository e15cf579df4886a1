package io.jpm.logs.buffer;

import org.jspecify.annotations.Nullable;

/// The persistent state of a log stream. Positions count the bytes of the stream from its
/// beginning. The bytes from `head` to `tail` are waiting, except for the hole, which is a range
/// whose lines were dropped.
///
/// Each slot contains two copies of the state. A change is written to the inactive copy; then the
/// store of a single word activates that copy. A kill therefore leaves either the whole change or
/// none of it.
final class StreamState {
  static final int WORDS = 18;
  static final long NONE = -1;

  long head;
  long tail;

  /// The start of the hole, always greater than `head`; [#NONE] if there is no hole.
  long holeBegin = NONE;

  long holeEnd;

  /// The number of lines in the hole. It is added to `lostLines` when all bytes before the hole are
  /// in the file.
  long holeLines;

  long lostBytes;
  long lostLines;
  long told;

  /// The position before the hole at which a line continues that has already been counted as
  /// dropped; [#NONE] if there is no such line.
  long tornAt = NONE;

  /// The position after the hole at which a line continues that has already been counted as
  /// dropped; [#NONE] if there is no such line.
  long holeTornAt = NONE;

  /// The number of bytes after `tail` that are reserved for the next read from the pipe. They are
  /// filled with `pattern`.
  long room;

  long pattern;

  @Nullable FileWrite write;

  private final long[] words = new long[WORDS];

  boolean hasHole() {
    return holeBegin != NONE;
  }

  /// Returns the end of the bytes that can be written without a gap.
  long frontEnd() {
    return hasHole() ? holeBegin : tail;
  }

  long waiting() {
    return hasHole() ? holeBegin - head + tail - holeEnd : tail - head;
  }

  /// Returns the number of dropped lines, including those in the hole.
  long allLostLines() {
    return lostLines + holeLines;
  }

  /// Moves `head` to the end of the hole once all bytes before the hole are done.
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
    all[16] = begun == null ? 0 : begun.reportedLines();
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
