package io.jpm.logs.write;

import io.jpm.logs.memory.LogStream;
import io.jpm.os.LogPipes;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/// One output of one instance on its way: pipe, memory, file.
final class Captured implements LogPipes.Taker {
  private static final Logger LOG = System.getLogger("jpm.logs");
  private static final long DRAIN_SECONDS = 5;

  private final LogStream stream;
  private final Lane lane;
  private final StreamWriter writer;
  private volatile boolean refused;
  private volatile LogPipes.@Nullable Source source;

  /// @param lane the thread of the disk that its first file is on
  Captured(LogStream stream, Lane lane, StreamWriter.Outlets outlets, Clocks clock) {
    this.stream = stream;
    this.lane = lane;
    this.writer = new StreamWriter(lane, stream, clock, outlets, this::roomAgain);
  }

  /// Begins: first with what a former daemon has left.
  void begin(LogPipes pipes, Path fifo) throws IOException {
    lane.execute(() -> {
      try {
        writer.recover();
      } catch (IOException failure) {
        LOG.log(Level.WARNING, "{0}", failure.getMessage());
      }
      writer.wake();
    });
    source = pipes.open(fifo, this);
  }

  @Override
  public @Nullable ByteBuffer reserve(int waiting) {
    ByteBuffer room = stream.reserve(waiting);
    if (room == null) {
      refused = true;
      // The lane may have made room before it could see that.
      room = stream.reserve(waiting);
      refused = room == null;
    }
    return room;
  }

  @Override
  public void received(int count) {
    stream.received(count);
    if (count > 0) {
      writer.wake();
    }
  }

  private void roomAgain() {
    LogPipes.Source from = source;
    if (refused && from != null) {
      refused = false;
      from.resume();
    }
  }

  LogStream stream() {
    return stream;
  }

  Lane lane() {
    return lane;
  }

  StreamWriter writer() {
    return writer;
  }

  /// Moves what is in the pipe and in the memory now into the files, then ends. What the files do
  /// not take stays for the next one. Blocking.
  void close() {
    LogPipes.Source from = source;
    if (from != null) {
      from.close();
    }
    drain(List.of(this));
  }

  /// As [#close], but nothing stays: the app is deleted. Blocking.
  void closeAndRemove() {
    LogPipes.Source from = source;
    if (from != null) {
      from.closeAndRemove();
    }
    if (drain(List.of(this))) {
      stream.forget();
    }
  }

  /// Writes what waits in the memory.
  ///
  /// @return whether the disks have answered in time
  static boolean drain(List<Captured> captured) {
    CompletableFuture<?>[] ends =
        captured.stream().map(Captured::finish).toArray(CompletableFuture<?>[]::new);
    try {
      CompletableFuture.allOf(ends).get(DRAIN_SECONDS, TimeUnit.SECONDS);
      return true;
    } catch (TimeoutException hung) {
      LOG.log(Level.WARNING, "a disk does not answer: the last lines wait in memory");
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  private CompletableFuture<Void> finish() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    lane.execute(() -> {
      try {
        writer.finish();
      } finally {
        done.complete(null);
      }
    });
    return done;
  }
}
