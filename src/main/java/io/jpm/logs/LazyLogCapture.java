package io.jpm.logs;

import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.logs.buffer.LogBuffer;
import io.jpm.logs.files.LogFileNames;
import io.jpm.logs.read.LogFileAccess;
import io.jpm.logs.write.LogCapture;
import io.jpm.logs.write.LogClock;
import io.jpm.model.LogLimits;
import io.jpm.model.LogStorageLimits;
import io.jpm.model.RunAs;
import io.jpm.model.process.InstanceId;
import io.jpm.os.LogFileSystem;
import io.jpm.os.LogPipeReader;
import io.jpm.os.ProcessHost;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Creates the log capture when the first app needs it and forwards log commands to it.
///
/// The capture is created on demand because a daemon without apps needs no log buffer, and because
/// the process host may not be available yet when LogAggregator starts.
///
/// All methods may block and may be called on any thread.
final class LazyLogCapture {
  private final ProcessHost host;
  private final Path home;
  private final LogClock clock;
  private final LogCapture.OutputObserver outputObserver;

  private final Map<Path, RunAs> users = new ConcurrentHashMap<>();

  /// This field and the next two are guarded by `this`.
  private LogsCommand.Limits limits =
      new LogsCommand.Limits(LogLimits.DEFAULT, LogStorageLimits.DEFAULT);

  private @Nullable LogCapture writers;
  private boolean closed;

  LazyLogCapture(
      ProcessHost host, Path home, LogClock clock, LogCapture.OutputObserver outputObserver) {
    this.host = host;
    this.home = home;
    this.clock = clock;
    this.outputObserver = outputObserver;
  }

  /// Starts capturing the output of an instance. On a system without log pipes, only checks that
  /// the log files can be opened.
  ///
  /// @throws IOException with a message for the user
  void open(LogsCommand.Open order) throws IOException {
    Optional<LogCapture> made = make();
    if (made.isPresent()) {
      made.get().open(order);
      return;
    }
    // Without pipes, apps write their log files themselves. Opening the files here reports an
    // unusable file before the process is started.
    LogFileSystem disk = host.logFileSystem();
    for (Path file : List.of(order.files().out(), order.files().error())) {
      disk.open(file, RunAs.DAEMON).close();
    }
  }

  private synchronized Optional<LogCapture> make() throws IOException {
    if (closed) {
      throw new IOException("cannot capture output, because the daemon is stopping");
    }
    if (writers == null) {
      Optional<LogPipeReader> pipes = host.logPipeReader();
      if (pipes.isPresent()) {
        writers = new LogCapture(home, pipes.get(), host.logFileSystem(), clock, outputObserver);
        writers.limits(limits);
      }
    }
    return Optional.ofNullable(writers);
  }

  /// Returns read access to log files. Files in the home are opened with the daemon's rights, other
  /// files with the rights of the user that was passed to [#users].
  LogFileAccess access() {
    return new LogFileAccess() {
      @Override
      public FileChannel open(Path file) throws IOException {
        return host.logFileSystem().read(file, ownerOf(file));
      }

      @Override
      public List<String> list(Path folder) {
        return LogFileAccess.DIRECT.list(folder);
      }
    };
  }

  /// Adds the users with whose rights log files outside the home are read, by the path of the
  /// active log file.
  void users(Map<Path, RunAs> more) {
    users.putAll(more);
  }

  private RunAs ownerOf(Path file) {
    if (file.normalize().startsWith(home)) {
      return RunAs.DAEMON;
    }
    return users.getOrDefault(LogFileNames.activeFileOf(file), RunAs.DAEMON);
  }

  /// Ends the capture of an instance. The pipes of the instance are removed even if it was not
  /// captured.
  void close(LogsCommand.Close order) throws IOException {
    Optional<LogCapture> writing = made();
    if (writing.isPresent()) {
      writing.get().close(order);
    }
    Files.deleteIfExists(order.outFifo());
    Files.deleteIfExists(order.errorFifo());
  }

  /// Returns the log capture; empty if it has not been created yet.
  synchronized Optional<LogCapture> made() {
    return Optional.ofNullable(writers);
  }

  synchronized void limits(LogsCommand.Limits now) {
    limits = now;
    made().ifPresent(it -> it.limits(now));
  }

  /// Truncates the log files of these instances, see [LogCapture#flush].
  ///
  /// @throws IOException with a message for the user
  void flush(List<InstanceId> ids) throws IOException {
    Optional<LogCapture> writing = made();
    if (writing.isPresent()) {
      writing.get().flush(ids);
    }
  }

  /// Reopens all log files, see [LogCapture#reopen].
  ///
  /// @throws IOException with a message for the user
  void reopen() throws IOException {
    Optional<LogCapture> writing = made();
    if (writing.isPresent()) {
      writing.get().reopen();
    }
  }

  LogsReply.Status status(LogsCommand.GetStatus getStatus) {
    return made().map(it -> it.status(getStatus.id())).orElse(LogsReply.Status.NONE);
  }

  void close() throws IOException {
    Optional<LogCapture> last;
    synchronized (this) {
      // The log buffer of an earlier daemon may no longer be needed. In this case, closing the
      // capture removes the buffer.
      last = LogBuffer.exists(home) ? make() : made();
      closed = true;
    }
    last.ifPresent(LogCapture::close);
  }
}
