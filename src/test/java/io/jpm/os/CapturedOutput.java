package io.jpm.os;

import io.jpm.model.RunAs;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Appends the output of a pipe to its file on the thread that reads it, which is enough for tests
/// on fast disks. On hosts without pipes, apps write into the file themselves.
public final class CapturedOutput implements LogPipeReader.OutputReceiver {
  private static final int BYTES = 64 * 1024;

  private final AppendFile file;
  private final ByteBuffer buffer = ByteBuffer.allocateDirect(BYTES);
  private Optional<LogPipeReader.Source> source = Optional.empty();

  private CapturedOutput(AppendFile file) {
    this.file = file;
  }

  static CapturedOutput begin(ProcessHost host, LogPipe pipe) throws IOException {
    CapturedOutput made = new CapturedOutput(host.logFileSystem().open(pipe.file(), RunAs.DAEMON));
    if (host.logPipeReader().isPresent()) {
      made.source = Optional.of(host.logPipeReader().get().open(pipe.fifo(), made));
    }
    return made;
  }

  /// Moves the bytes that are in the pipe now into the file, then stops.
  public void close() {
    source.ifPresent(LogPipeReader.Source::close);
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
      AppendFile.AppendResult appendResult = file.append(List.of(buffer));
      if (appendResult.problem() != AppendFile.Problem.NONE) {
        throw new AssertionError(appendResult.problem().message());
      }
      buffer.position(buffer.position() + appendResult.bytes());
    }
  }
}
