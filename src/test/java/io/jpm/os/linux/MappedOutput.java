package io.jpm.os.linux;

import io.jpm.os.LogPipe;
import io.jpm.os.LogPipeReader;
import io.jpm.os.ProcessHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.MappedByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/// Reads text output of a pipe directly into memory that outlives the reader, as the daemon does:
/// the mapped file of the pipe. The output ends where the zeros begin, so the next reader sees
/// whether the bytes that a killed reader was reading have arrived.
final class MappedOutput implements LogPipeReader.OutputReceiver {
  private static final int MOST_BYTES = 16 * 1024 * 1024;
  private static final int PAGE_BYTES = 4096;

  private final MappedByteBuffer memory;
  private int end;

  private MappedOutput(MappedByteBuffer memory) {
    this.memory = memory;
    while (end < MOST_BYTES && memory.get(end) != 0) {
      end++;
    }
  }

  /// Continues where an earlier reader stopped.
  static LogPipeReader.Source begin(ProcessHost host, LogPipe pipe) throws IOException {
    Files.createDirectories(pipe.file().resolveSibling("."));
    try (FileChannel file =
        FileChannel.open(
            pipe.file(),
            StandardOpenOption.READ,
            StandardOpenOption.WRITE,
            StandardOpenOption.CREATE)) {
      MappedByteBuffer memory = file.map(FileChannel.MapMode.READ_WRITE, 0, MOST_BYTES);
      return host.logPipeReader().orElseThrow().open(pipe.fifo(), new MappedOutput(memory));
    }
  }

  /// Returns the output that has been read into `file` so far.
  static String read(Path file) {
    try {
      String all = Files.exists(file) ? Files.readString(file, StandardCharsets.ISO_8859_1) : "";
      int zero = all.indexOf('\0');
      return zero < 0 ? all : all.substring(0, zero);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public @Nullable ByteBuffer reserve(int waiting) {
    int count = Math.min(waiting, MOST_BYTES - end);
    // Fault the pages in before the kernel fills them. If a process is killed while a page is
    // faulted in during a read, the bytes would be both here and in the pipe.
    for (int i = 0; i < count; i += PAGE_BYTES) {
      memory.put(end + i, (byte) 0);
    }
    memory.put(end + count - 1, (byte) 0);
    return memory.slice(end, count);
  }

  @Override
  public void received(int count) {
    end += count;
  }
}
