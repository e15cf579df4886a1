package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;
import io.jpm.model.AppName;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorage;
import io.jpm.model.RunAs;
import io.jpm.model.run.InstanceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/// What LogAggregator can be asked; the answer is a [LogsReply].
public sealed interface LogsCommand extends BusMessage {
  /// Capture what an instance prints, from before its first start until [Close]. Asking again for
  /// an instance that is captured the same way changes nothing; other files move the capture.
  ///
  /// @param id the instance, PM2's `process_id`
  /// @param app the app's name, for JSON lines and subscribers
  /// @param outFifo the pipe of standard output
  /// @param errorFifo the pipe of standard error
  /// @param files where it goes
  /// @param wishes how it goes there; its paths have become `files`
  /// @param runAs as whom the app runs: log files outside of the home are its user's affair
  /// @param birth which of the instance's processes, as in [io.jpm.model.run.WorkerId]
  record Open(
      InstanceId id,
      AppName app,
      Path outFifo,
      Path errorFifo,
      LogPaths files,
      LogFiles wishes,
      RunAs runAs,
      long birth)
      implements LogsCommand {}

  /// What log files may take, from now on: the settings have changed.
  record Limits(LogLimits perApp, LogStorage all) implements LogsCommand {}

  /// Empty the log files of these instances and remove what has been rotated.
  record Flush(List<InstanceId> ids) implements LogsCommand {
    public Flush {
      ids = List.copyOf(ids);
    }
  }

  /// Open all log files anew: somebody has moved them away.
  record Reopen() implements LogsCommand {}

  /// How the capture of an instance goes; answered with [LogsReply.Status].
  record Ask(InstanceId id) implements LogsCommand {}

  /// Everything in the pipes goes to the files, then the capture ends and the pipes are removed.
  ///
  /// @param outFifo the pipe of standard output, which may be there though nobody captures it
  /// @param errorFifo the pipe of standard error
  record Close(InstanceId id, Path outFifo, Path errorFifo) implements LogsCommand {}

  /// Where the wanted lines at the end of some logs begin; answered with [LogsReply.Searches]. A
  /// long search is answered before its end: ask again with the searches of the answer.
  ///
  /// @param searches what to look for where
  /// @param filter which lines count
  /// @param lines how many of each log; [Long#MAX_VALUE] for all
  /// @param unfinished whether a last line without an end belongs to them
  /// @param users as whom apps run, by log, where that is not the daemon's user: their logs are
  ///   read with their rights, now and from then on
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

    /// Of apps that run as the daemon does.
    public Seek(List<LogSearch> searches, LogFilter filter, long lines, boolean unfinished) {
      this(searches, filter, lines, unfinished, Map.of());
    }
  }

  /// The lines of some stretches, in the order in which they were captured; answered with
  /// [LogsReply.Positions]. One answer holds so much; ask again with its positions.
  record Read(List<LogSearch.Span> spans, LogFilter filter) implements LogsCommand {
    public Read {
      spans = List.copyOf(spans);
    }
  }

  /// The lines written after some positions, in the order in which they were captured; waits until
  /// there is one. Answered with [LogsReply.Positions].
  ///
  /// @param positions as an earlier reply gave them
  /// @param filter which lines are wanted
  /// @param patience how long to wait before answering with no lines
  record Follow(List<LogPosition> positions, LogFilter filter, Duration patience)
      implements LogsCommand {
    public Follow {
      positions = List.copyOf(positions);
    }
  }
}
