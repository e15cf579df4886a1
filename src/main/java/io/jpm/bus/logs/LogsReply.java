package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;

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
  /// @param printedBytes what was read of it since this daemon captures it; empty: it does not
  record Status(long droppedLines, long waitingBytes, String problem, OptionalLong printedBytes)
      implements LogsReply {
    /// Nothing is captured.
    public static final Status NONE = new Status(0, 0, "", OptionalLong.empty());
  }

  /// Lines, and how to go on.
  ///
  /// @param lines in the order to print them
  /// @param next where they end
  record Lines(List<Line> lines, Next next) implements LogsReply {
    public Lines {
      lines = List.copyOf(lines);
    }
  }

  /// What to go on with.
  sealed interface Next {}

  /// How searches go, in the order asked ([LogsCommand.Seek]).
  record Searches(List<LogSearch> all) implements Next {
    public Searches {
      all = List.copyOf(all);
    }

    /// Whether all are done.
    public boolean done() {
      return all.stream().allMatch(LogSearch::done);
    }
  }

  /// The places asked for, in the same order, moved behind what was read ([LogsCommand.Read],
  /// [LogsCommand.Follow]).
  ///
  /// @param more whether there was more to read than one answer holds
  record Positions(List<LogPosition> all, boolean more) implements Next {
    public Positions {
      all = List.copyOf(all);
    }
  }

  /// One line.
  ///
  /// @param log the log it stands in
  /// @param time when it was captured, as far as that is known
  /// @param text the line without its end; one of more than 64 KiB is cut, and ends with `…`
  /// @param end the position behind the line: whoever reads on from it gets the lines after it
  record Line(Path log, Instant time, String text, LogPosition end) {}
}
