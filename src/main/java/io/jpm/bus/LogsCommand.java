package io.jpm.bus;

import io.jpm.model.AppName;
import io.jpm.model.InstanceId;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorage;
import io.jpm.model.RunAs;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

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
  record Open(
      InstanceId id,
      AppName app,
      Path outFifo,
      Path errorFifo,
      LogPaths files,
      LogFiles wishes,
      RunAs runAs)
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
  record Close(InstanceId id) implements LogsCommand {}

  /// The last lines of some files.
  ///
  /// @param files what to read; one that does not exist has no lines
  /// @param lines how many of each at most, 0 or more
  record Tail(List<Path> files, int lines) implements LogsCommand {
    public Tail {
      files = List.copyOf(files);
    }
  }

  /// The lines written after some positions; waits until there is one.
  ///
  /// @param positions files and byte offsets, as an earlier reply gave them
  /// @param patience how long to wait before answering with no lines
  record Follow(List<LogPosition> positions, Duration patience) implements LogsCommand {
    public Follow {
      positions = List.copyOf(positions);
    }
  }
}
