package io.jpm.bus;

import io.jpm.model.InstanceId;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// What LogAggregator can be asked; the answer is a [LogsReply].
public sealed interface LogsCommand extends BusMessage {
  /// Capture what an instance prints, from before its first start until [Close]. Asking again for
  /// an instance that is captured the same way changes nothing; other files move the capture.
  record Open(InstanceId id, Path outFifo, Path outFile, Path errorFifo, Path errorFile)
      implements LogsCommand {}

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
