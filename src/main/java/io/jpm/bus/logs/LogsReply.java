package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

/// LogAggregator's reply to a [LogsCommand].
public sealed interface LogsReply extends BusMessage {
  /// The command was carried out.
  record Done() implements LogsReply {}

  /// The command failed.
  ///
  /// @param problem a sentence for the user that names the path
  record Failed(String problem) implements LogsReply {}

  /// The capture state of an instance.
  ///
  /// @param droppedLines the number of lines dropped because the log buffer was full, since the
  ///   instance has been known
  /// @param waitingBytes the number of bytes not written to a file yet
  /// @param problem why output cannot be written at the moment; empty if it can be written
  /// @param printedBytes the number of bytes captured by this daemon; empty if the instance is not
  ///   captured
  record Status(long droppedLines, long waitingBytes, String problem, OptionalLong printedBytes)
      implements LogsReply {
    /// The state of an instance that is not captured.
    public static final Status NONE = new Status(0, 0, "", OptionalLong.empty());
  }

  /// Lines, and the state from which the next request continues.
  ///
  /// @param lines the lines, in display order
  /// @param next the state at the end of these lines
  record Lines(List<Line> lines, Next next) implements LogsReply {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /// The state from which the next request continues.
  sealed interface Next {}

  /// The progress of searches, in the order of the request ([LogsCommand.Seek]).
  record Searches(List<LogSearch> all) implements Next {
    public Searches {
      all = List.copyOf(all);
    }

    /// Reports whether all searches are finished.
    public boolean done() {
      return all.stream().allMatch(LogSearch::done);
    }
  }

  /// The positions from the request, in the same order, moved past the lines that were read
  /// ([LogsCommand.Read], [LogsCommand.Follow]).
  ///
  /// @param more whether there was more to read than one reply can contain
  record Positions(List<LogPosition> all, boolean more) implements Next {
    public Positions {
      all = List.copyOf(all);
    }
  }

  /// One line.
  ///
  /// @param log the log that contains it
  /// @param time the time at which the line was captured, as far as known
  /// @param text the line without its line end; a line of more than 64 KiB is truncated and ends
  ///   with `…`
  /// @param end the position after the line, from which the following lines can be read
  record Line(Path log, Instant time, String text, LogPosition end) {}
}
