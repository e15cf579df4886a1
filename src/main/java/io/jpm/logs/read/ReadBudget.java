package io.jpm.logs.read;

/// Limits the size of a reply, because the daemon's heap is small, and the number of bytes read for
/// it, because the client is waiting.
final class ReadBudget {
  /// The maximum size of the lines in a reply, in bytes.
  static final int ANSWER_BYTES = 2 * 1024 * 1024;

  /// The maximum number of bytes read from files.
  private static final long WORK_BYTES = 64L * 1024 * 1024;

  /// The size in bytes that the buffers of all files share.
  private static final int BUFFERS_BYTES = 1024 * 1024;

  private static final int LARGEST_BUFFER = 64 * 1024;
  private static final int SMALLEST_BUFFER = 1024;
  private static final int LINE_BYTES = 150;

  private final int bufferBytes;
  private long answer = ANSWER_BYTES;
  private long work = WORK_BYTES;

  /// @param files the number of files read at the same time
  ReadBudget(int files) {
    this.bufferBytes =
        Math.clamp(BUFFERS_BYTES / Math.max(1, files), SMALLEST_BUFFER, LARGEST_BUFFER);
  }

  int bufferBytes() {
    return bufferBytes;
  }

  void addLine(String text) {
    answer -= LINE_BYTES + 2L * text.length();
  }

  void addWork(long bytes) {
    work -= bytes;
  }

  boolean isSpent() {
    return answer <= 0 || work <= 0;
  }
}
