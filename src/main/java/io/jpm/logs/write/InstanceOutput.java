package io.jpm.logs.write;

import io.jpm.logs.memory.LogStream;
import io.jpm.os.LogPipes;
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

/// One output of one instance on its way: pipe, memory, file.
final class InstanceOutput implements LogPipes.Taker {
  private static final Logger LOG = System.getLogger("jpm.logs");
  private static final long DRAIN_SECONDS = 5;

  /// A file that has taken nothing for so long hangs, or its disk is full.
  private static final long PATIENCE_NANOS = TimeUnit.SECONDS.toNanos(1);

  /// When it is looked again whether there is room, or whether something has to be dropped for it.
  private static final long LOOK_MILLIS = 100;

  private final boolean telling;
  private final LogStream stream;
  private final DiskLane diskLane;
  private final StreamWriter writer;
  private final LogClock clock;
  private final ScheduledExecutorService later;

  /// Whether it is looked again in a while, whatever happens.
  private volatile boolean looksLater;

  /// When the file took something last, or output came after a silence.
  private volatile long progressAt;

  private volatile LogPipes.@Nullable Source source;

  private final AtomicLong printed = new AtomicLong();

  /// @param diskLane the thread of the disk that its files are on
  /// @param later where work waits for its time
  /// @param telling whether its end tells why a process has ended, as that of standard error does
  InstanceOutput(
      LogStream stream,
      DiskLane diskLane,
      StreamWriter.Outlets outlets,
      LogClock clock,
      ScheduledExecutorService later,
      boolean telling) {
    this.telling = telling;
    this.stream = stream;
    this.later = later;
    this.clock = clock;
    this.diskLane = diskLane;
    this.progressAt = clock.nanos();
    this.writer = new StreamWriter(diskLane, stream, clock, outlets, this::progress);
  }

  /// Begins: first with what a former daemon has left.
  ///
  /// @param happened whether the write during which that died is in its file
  void begin(LogPipes pipes, Path fifo, boolean happened) throws IOException {
    diskLane.execute(() -> writer.recover(happened));
    source = pipes.open(fifo, this);
    writer.wake();
  }

  @Override
  public boolean keepsTail() {
    return telling;
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

  /// Whether the file has taken nothing for a while. Until then nothing is dropped: an app that is
  /// faster than the disk waits a moment, as if it wrote into the file itself.
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
      writer.arrived(waiting);
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
    LogPipes.Source from = source;
    if (from != null) {
      from.resume();
    }
  }

  /// How much was read of it, in bytes.
  long printedBytes() {
    return printed.get();
  }

  LogStream stream() {
    return stream;
  }

  DiskLane diskLane() {
    return diskLane;
  }

  StreamWriter writer() {
    return writer;
  }

  /// Has it looked whether the files are still where they were.
  void look() {
    diskLane.execute(() -> {
      for (CombinedLogFile file : writer.outlets().targets()) {
        try {
          file.target().reopenIfMoved();
        } catch (IOException failure) {
          LOG.log(Level.WARNING, "{0}", failure.getMessage());
        }
      }
    });
  }

  /// Moves what is in the pipe and in the memory now into the files, then ends. What the files do
  /// not take stays for the next one. Blocking.
  ///
  /// @return false when the disk does not answer: nothing has ended then, but the pipe is not read
  boolean close() {
    LogPipes.Source from = source;
    if (from != null) {
      from.close();
    }
    return drain(List.of(this));
  }

  /// Reads the pipe again after [#close] has failed.
  void goOn(LogPipes pipes, Path fifo) throws IOException {
    source = pipes.open(fifo, this);
  }

  /// Moves what is in the pipe and in the memory now into the files, then ends and forgets: the app
  /// is deleted. Blocking; where the disk does not answer, it happens when it does.
  ///
  /// @param after what is to be done then
  void closeAndRemove(Runnable after) {
    LogPipes.Source from = source;
    if (from != null) {
      from.closeAndRemove();
    }
    try {
      diskLane.call(
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

  /// Writes what waits in the memory, and ends.
  ///
  /// @return whether the disks have answered in time
  static boolean drain(List<InstanceOutput> captured) {
    List<CompletableFuture<Void>> ends = captured.stream().map(InstanceOutput::finish).toList();
    try {
      CompletableFuture.allOf(ends.toArray(CompletableFuture<?>[]::new))
          .get(DRAIN_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException hung) {
      ends.forEach(end -> end.cancel(false));
      LOG.log(Level.WARNING, "a disk does not answer: the last lines wait in memory");
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
    diskLane.execute(() -> {
      try {
        writer.finish(() -> !done.isCancelled());
      } finally {
        done.complete(null);
      }
    });
    return done;
  }
}
