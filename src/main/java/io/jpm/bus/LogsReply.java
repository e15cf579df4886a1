package io.jpm.bus;

import java.nio.file.Path;
import java.util.List;

/// LogAggregator's answer.
public sealed interface LogsReply extends BusMessage {
  /// Done.
  record Done() implements LogsReply {}

  /// Not done.
  ///
  /// @param problem a sentence for the user that names the path
  record Failed(String problem) implements LogsReply {}

  /// How the capture of an instance goes.
  ///
  /// @param droppedLines how many lines were lost for want of room, since it is known
  /// @param waitingBytes output that is in no file yet
  /// @param problem why output cannot be written now, in words; empty: it can
  record Status(long droppedLines, long waitingBytes, String problem) implements LogsReply {}

  /// Lines, and where to read on.
  ///
  /// @param lines in the order to print them
  /// @param positions the files asked for, with the offset behind what was read
  record Lines(List<Line> lines, List<LogPosition> positions) implements LogsReply {
    public Lines {
      lines = List.copyOf(lines);
      positions = List.copyOf(positions);
    }
  }

  /// One line.
  ///
  /// @param file where it stands
  /// @param text the line without its end
  record Line(Path file, String text) {}
}
