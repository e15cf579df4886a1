package io.jpm.logs.write;

import io.jpm.logs.buffer.LogStream;
import io.jpm.os.LogPipeReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Captures one output stream of one instance: moves it from the pipe into the log buffer and then
/// into files.
final class InstanceOutput implements LogPipeReader.OutputReceiver {
  private static final Logger LOG = System.getLogger("jpm.logs");
  private static final long DRAIN_SECONDS = 5;

  /// The time after which a file that has accepted no output is considered hung, for example
  /// because its disk is full.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// The delay before the pipe is read again after the log buffer was full. By then, lines have
  /// been written or may be dropped.
  private static final long LOOK_MILLIS = 100;

  private final boolean explainsExit;
  private final LogStream stream;
  private final DiskExecutor diskExecutor;
  private final StreamWriter writer;
  private final LogClock clock;
  private final ScheduledExecutorService later;

  /// Whether another attempt to read the pipe is scheduled, because the log buffer was full.
  private volatile boolean looksLater;

  /// The monotonic time at which the file last accepted output, or at which output arrived while
  /// none was waiting.
  private volatile long progressAt;

  private volatile LogPipeReader.@Nullable Source source;

  private final AtomicLong printed = new AtomicLong();

  /// @param diskExecutor the thread of the disk that contains the files
  /// @param later runs delayed work
  /// @param telling whether the last lines may explain why a process exited, as on standard error
  InstanceOutput(
      LogStream stream,
      DiskExecutor diskExecutor,
      StreamWriter.Sinks outlets,
      LogClock clock,
      ScheduledExecutorService later,
      boolean telling) {
    this.explainsExit = telling;
    this.stream = stream;
    this.later = later;
    this.clock = clock;
    this.diskExecutor = diskExecutor;
    this.progressAt = clock.nanos();
    this.writer = new StreamWriter(diskExecutor, stream, clock, outlets, this::progress);
  }

  /// Starts the capture, beginning with the output that an earlier daemon left.
  ///
  /// @param happened whether the write that was in progress when that daemon died is in its file
  void begin(LogPipeReader pipes, Path fifo, boolean happened) throws IOException {
    diskExecutor.execute(() -> writer.recover(happened));
    source = pipes.open(fifo, this);
    writer.wake();
  }

  @Override
  public boolean keepsTail() {
    return explainsExit;
  }

  @Override
  public @Nullable ByteBuffer reserve(int waiting) {
    ByteBuffer room = stream.reserve(waiting, isHung());
    if (room == null && !looksLater) {
      looksLater = true;
      var _ = later.schedule(this::lookAgain, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }
    return room;
  }

  /// Reports whether the file has accepted no output for a while. Lines are dropped only then.
  /// Before that, an app that is faster than the disk has to wait, as if it wrote to the file
  /// itself.
  private boolean isHung() {
    return clock.nanos() - progressAt >= PATIENCE_NANOS;
  }

  @Override
  public void received(int count) {
    stream.received(count);
    if (count > 0) {
      printed.addAndGet(count);
      long waiting = stream.waitingBytes();
      if (waiting == count) {
        progressAt = clock.nanos();
      }
      writer.outputArrived(waiting);
    }
  }

  private void lookAgain() {
    looksLater = false;
    roomAgain();
  }

  private void progress() {
    progressAt = clock.nanos();
    roomAgain();
  }

  private void roomAgain() {
    LogPipeReader.Source from = source;
    if (from != null) {
      from.resume();
    }
  }

  /// Returns the number of bytes read from the pipe.
  long printedBytes() {
    return printed.get();
  }

  LogStream stream() {
    return stream;
  }

  DiskExecutor diskLane() {
    return diskExecutor;
  }

  StreamWriter writer() {
    return writer;
  }

  /// Schedules a check of the files on the disk thread. Files that were moved away are reopened.
  void checkFiles() {
    diskExecutor.execute(() -> {
      for (FileSink file : writer.sinks().targets()) {
        try {
          file.target().reopenIfMoved();
        } catch (IOException failure) {
          LOG.log(Level.WARNING, "{0}", failure.getMessage());
        }
      }
    });
  }

  /// Moves the content of the pipe and of the log buffer into the files, then ends the capture.
  /// Output that the files do not accept stays in the log buffer for the next capture. Blocking.
  ///
  /// @return false if the disk does not respond; the capture then continues, but the pipe is no
  ///   longer read
  boolean close() {
    LogPipeReader.Source from = source;
    if (from != null) {
      from.close();
    }
    return drain(List.of(this));
  }

  /// Resumes reading the pipe after [#close] has failed.
  void resume(LogPipeReader pipes, Path fifo) throws IOException {
    source = pipes.open(fifo, this);
  }

  /// Moves the content of the pipe and of the log buffer into the files, then ends the capture and
  /// removes its stream, because the app is deleted. Blocking. If the disk does not respond in
  /// time, the work is completed when it responds.
  ///
  /// @param after runs when the stream has been removed
  void closeAndRemove(Runnable after) {
    LogPipeReader.Source from = source;
    if (from != null) {
      from.closeAndRemove();
    }
    try {
      diskExecutor.call(
          () -> {
            try {
              writer.finish(() -> true);
              stream.forget();
            } finally {
              after.run();
            }
          },
          DRAIN_SECONDS);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }

  /// Writes the waiting output of several captures and ends the captures.
  ///
  /// @return whether the disks responded in time
  static boolean drain(List<InstanceOutput> captured) {
    List<CompletableFuture<Void>> ends = captured.stream().map(InstanceOutput::finish).toList();
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
          .get(DRAIN_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException hung) {
      ends.forEach(end -> end.cancel(false));
      LOG.log(Level.WARNING, "a disk does not respond: the last lines remain in the log buffer");
      return false;
    } catch (ExecutionException fault) {
      throw new IllegalStateException(fault);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private CompletableFuture<Void> finish() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    diskExecutor.execute(() -> {
      try {
        writer.finish(() -> !done.isCancelled());
      } finally {
        done.complete(null);
      }
    });
    return done;
  }
}
