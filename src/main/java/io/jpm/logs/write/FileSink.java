package io.jpm.logs.write;

import io.jpm.os.AppendFile.Problem;
import java.nio.ByteBuffer;
import java.util.List;

/// One file of a stream, with the number of lines that could not be written to it. An additional
/// file (a combined log) that accepts no output does not delay the first file. Confined to the disk
/// thread of the stream.
final class FileSink {
  private final LogFileWriter target;
  private long missed;
  private Problem why = Problem.NONE;

  FileSink(LogFileWriter target) {
    this.target = target;
  }

  /// Formats the line that reports dropped lines.
  interface Notice {
    /// Returns a line such as `… 12 lines dropped (disk full)`.
    ByteBuffer of(long lines, String why);
  }

  LogFileWriter target() {
    return target;
  }

  /// Writes `bytes`. If earlier lines could not be written, a notice with their number comes first.
  /// Lines that cannot be written are added to that number.
  void write(
      Object writer,
      List<ByteBuffer> bytes,
      LogFileWriter.WriteObserver writeObserver,
      Notice notice) {
    if (missed > 0) {
      List<ByteBuffer> line = List.of(notice.of(missed, why.message()));
      if (target.write(LogFileWriter.NOTICE, line, (_, _, _) -> {}) == Problem.NONE) {
        missed = 0;
      }
    }
    Problem problem = missed > 0 ? why : target.write(writer, bytes, writeObserver);
    if (problem != Problem.NONE) {
      why = problem;
      missed += LineBreaks.ends(bytes, LineBreaks.bytes(bytes));
    }
  }
}
