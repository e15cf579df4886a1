package io.jpm.logs.write;

import io.jpm.os.AppendFile.Problem;
import java.nio.ByteBuffer;
import java.util.List;

/// A file of a stream, with what it has missed: one beside the first (a combined log) that takes
/// nothing does not hold the first one up. Owned by the stream's lane.
final class CombinedLogFile {
  private final LogTarget target;
  private long missed;
  private Problem why = Problem.NONE;

  CombinedLogFile(LogTarget target) {
    this.target = target;
  }

  /// Makes the line that tells of a loss.
  interface Notice {
    /// A line such as `… 12 lines dropped (disk full)`.
    ByteBuffer of(long lines, String why);
  }

  LogTarget target() {
    return target;
  }

  /// Writes what it takes, behind a line about what it has missed.
  void write(Object writer, List<ByteBuffer> bytes, LogTarget.Note note, Notice notice) {
    if (missed > 0) {
      List<ByteBuffer> line = List.of(notice.of(missed, why.words()));
      if (target.write(LogTarget.NOTICE, line, (_, _, _) -> {}) == Problem.NONE) {
        missed = 0;
      }
    }
    Problem problem = missed > 0 ? why : target.write(writer, bytes, note);
    if (problem != Problem.NONE) {
      why = problem;
      missed += LineBreaks.ends(bytes, LineBreaks.bytes(bytes));
    }
  }
}
