package io.jpm.logs.read;

/// What one answer may hold, and how much may be read for it: the daemon's heap is small, and
/// whoever asks waits.
final class ReadBudget {
  /// Of lines, in bytes.
  static final int ANSWER_BYTES = 2 * 1024 * 1024;

  /// Of files, in bytes.
  private static final long WORK_BYTES = 64L * 1024 * 1024;

  /// What the buffers of all files take together.
  private static final int BUFFERS_BYTES = 1024 * 1024;

  private static final int LARGEST_BUFFER = 64 * 1024;
  private static final int SMALLEST_BUFFER = 1024;
  private static final int LINE_BYTES = 150;

  private final int bufferBytes;
  private long answer = ANSWER_BYTES;
  private long work = WORK_BYTES;

  /// @param files how many files are read at the same time
  ReadBudget(int files) {
    this.bufferBytes =
        Math.clamp(BUFFERS_BYTES / Math.max(1, files), SMALLEST_BUFFER, LARGEST_BUFFER);
  }

  int bufferBytes() {
    return bufferBytes;
  }

  void line(String text) {
    answer -= LINE_BYTES + 2L * text.length();
  }

  void worked(long bytes) {
    work -= bytes;
  }

  boolean isSpent() {
    return answer <= 0 || work <= 0;
  }
}
