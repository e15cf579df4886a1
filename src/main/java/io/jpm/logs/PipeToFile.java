package io.jpm.logs;

import io.jpm.model.RunAs;
import io.jpm.os.AppendFile;
import io.jpm.os.AppendFile.Appended;
import io.jpm.os.LogPipes;
import io.jpm.os.ProcessHost;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/// Moves the bytes of one pipe into one file, on the thread that reads the pipes. What the file
/// does not take is thrown away and counted, so that the app does not freeze.
final class PipeToFile implements LogPipes.Taker {
  private static final int BYTES = 64 * 1024;

  private final AppendFile file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
  private final AtomicLong dropped = new AtomicLong();
  private Optional<LogPipes.Source> source = Optional.empty();

  private PipeToFile(AppendFile file) {
    this.file = file;
  }

  /// Opens both ends and begins. On systems without pipes, where apps write into their files
  /// themselves, only the file is made.
  ///
  /// @throws IOException with a sentence for the user
  static PipeToFile begin(ProcessHost host, Path fifo, Path file) throws IOException {
    PipeToFile made = new PipeToFile(host.logDisk().open(file, RunAs.DAEMON));
    Optional<LogPipes> pipes = host.logPipes();
    if (pipes.isPresent()) {
      try {
        made.source = Optional.of(pipes.get().open(fifo, made));
      } catch (IOException e) {
        made.file.close();
        throw e;
      }
    }
    return made;
  }

  /// Bytes that the file did not take.
  long droppedBytes() {
    return dropped.get();
  }

  /// Moves what is in the pipe now, then stops.
  void close() {
    source.ifPresent(LogPipes.Source::close);
    file.close();
  }

  /// As [#close], and removes the pipe.
  void closeAndRemove() {
    source.ifPresent(LogPipes.Source::closeAndRemove);
    file.close();
  }

  @Override
  public @Nullable ByteBuffer reserve(int waiting) {
    return buffer.clear().limit(Math.min(waiting, BYTES)).slice();
  }

  @Override
  public void received(int count) {
    buffer.clear().limit(count);
    while (buffer.hasRemaining()) {
      Appended appended = file.append(List.of(buffer));
      if (appended.problem() != AppendFile.Problem.NONE) {
        dropped.addAndGet(buffer.remaining());
        return;
      }
      buffer.position(buffer.position() + appended.bytes());
    }
  }
}
