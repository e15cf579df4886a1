package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorageLimits;
import io.jpm.model.RunAs;
import io.jpm.model.process.InstanceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// A command to LogAggregator; the reply is a [LogsReply].
public sealed interface LogsCommand extends BusMessage {
  /// Captures the output of an instance. Sent before its first start; the capture lasts until
  /// [Close]. Repeating the command for an instance that is already captured has no effect, unless
  /// the files differ, in which case the capture is redirected to the new files.
  ///
  /// @param id the instance, PM2's `process_id`
  /// @param app the app's name, for JSON lines and subscribers
  /// @param outFifo the pipe for standard output
  /// @param errorFifo the pipe for standard error
  /// @param files the log files
  /// @param options the log settings of the app; `files` replaces the paths in them
  /// @param runAs the user of the app, who owns log files outside the home
  /// @param incarnation the incarnation of the instance, as in [io.jpm.model.process.WorkerId]
  record Open(
      InstanceId id,
      AppName app,
      Path outFifo,
      Path errorFifo,
      LogPaths files,
      LogFiles options,
      RunAs runAs,
      long incarnation)
      implements LogsCommand {}

  /// Sets the limits of all log files, because the settings have changed.
  record Limits(LogLimits perApp, LogStorageLimits all) implements LogsCommand {}

  /// Empties the log files of these instances and deletes their rotated files.
  record Flush(List<InstanceId> ids) implements LogsCommand {
    public Flush {
      ids = List.copyOf(ids);
    }
  }

  /// Reopens all log files, for use after an external program has moved them.
  record Reopen() implements LogsCommand {}

  /// Requests the capture state of an instance. Answered with [LogsReply.Status].
  record GetStatus(InstanceId id) implements LogsCommand {}

  /// Writes all remaining data in the pipes to the files, ends the capture and removes the pipes.
  ///
  /// @param outFifo the pipe for standard output, which may exist even if the output is not
  ///   captured
  /// @param errorFifo the pipe for standard error
  record Close(InstanceId id, Path outFifo, Path errorFifo) implements LogsCommand {}

  /// Finds where the last matching lines of some logs begin. Answered with [LogsReply.Searches]. A
  /// long search is answered before it is finished; the sender then repeats the command with the
  /// searches from the reply.
  ///
  /// @param searches one search for each log
  /// @param filter selects the lines that count
  /// @param lines the number of lines per log; [Long#MAX_VALUE] for all
  /// @param unfinished whether a last line without a line end counts
  /// @param users the users of apps that do not run as the daemon's user, by log. This command and
  ///   all later ones read these logs with the permissions of that user
  record Seek(
      List<LogSearch> searches,
      LogFilter filter,
      long lines,
      boolean unfinished,
      Map<Path, RunAs> users)
      implements LogsCommand {
    public Seek {
      searches = List.copyOf(searches);
      users = Map.copyOf(users);
    }

    /// Creates a search in logs of apps that run as the daemon's user.
    public Seek(List<LogSearch> searches, LogFilter filter, long lines, boolean unfinished) {
      this(searches, filter, lines, unfinished, Map.of());
    }
  }

  /// Requests the lines of some spans, in the order in which they were captured. Answered with
  /// [LogsReply.Positions]. The size of a reply is limited; to continue, the sender repeats the
  /// command with the positions from the reply.
  record Read(List<LogSearch.Span> spans, LogFilter filter) implements LogsCommand {
    public Read {
      spans = List.copyOf(spans);
    }
  }

  /// Requests the lines written after some positions, in the order in which they were captured. The
  /// reply is delayed until there is at least one line or the timeout has elapsed. Answered with
  /// [LogsReply.Positions].
  ///
  /// @param positions the positions from an earlier reply
  /// @param filter selects lines
  /// @param timeout the time after which the reply is sent even without lines
  record Follow(List<LogPosition> positions, LogFilter filter, Duration timeout)
      implements LogsCommand {
    public Follow {
      positions = List.copyOf(positions);
    }
  }
}
