package io.jpm.os.linux.channel;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Optional;

/// Writes to the named pipe that serves as an app's standard input (`pipe(7)`). The pipe is opened
/// and closed for each call. The process that reads the pipe has it open for reading and writing.
/// The process therefore never reads an end of file, and unread input is lost when the process
/// exits.
public final class StandardInput {
  /// PIPE_BUF: a write of up to this size is atomic.
  private static final int ATOMIC = 4096;

  private static final int PAGE = (int) Libc.pageBytes();

  private StandardInput() {}

  /// Writes all of `bytes` or nothing. There is one exception: if another program writes to the
  /// pipe at the same time, more than [#ATOMIC] bytes may be written only in part.
  ///
  /// @return the reason why the bytes were not written, or not all of them, as a clause for the
  ///   user; empty on success
  public static Optional<String> write(Path fifo, byte[] bytes) {
    int fd = Libc.open(fifo, Libc.O_WRONLY | Libc.O_NONBLOCK | Libc.O_NOFOLLOW, 0);
    if (fd < 0) {
      return Optional.of(refusal(fifo, -fd));
    }
    try {
      int room = Libc.pipeSize(fd);
      return room < 0
          ? Optional.of(fifo + " is not a named pipe: move or delete the file and restart the app")
          : write(fd, room, bytes);
    } finally {
      Libc.close(fd);
    }
  }

  private static String refusal(Path fifo, int errno) {
    return switch (errno) {
      case Errno.ENOENT -> "it was started without a pipe as its standard input: restart it";
      case Errno.ENXIO -> "it has closed its standard input";
      default -> "cannot open " + fifo + ": " + Errno.message(errno);
    };
  }

  /// @param size the size of the pipe in bytes
  static Optional<String> write(int fd, int size, byte[] bytes) {
    int slots = size / PAGE;
    int needed = (bytes.length + PAGE - 1) / PAGE;
    if (needed > slots) {
      return Optional.of(
          "a line must not exceed %d bytes, but this one has %d".formatted(size, bytes.length));
    }
    // Upper bound on the pages in use. A page may be partly filled, but two adjacent pages together
    // always hold more than one page of data, except for the first, which may have been read in
    // part.
    int used = 2 * ((Libc.waitingBytes(fd) + PAGE - 1) / PAGE);
    if (bytes.length > ATOMIC && used > 0 && used + 1 + needed > slots) {
      return Optional.of(full());
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment segment = arena.allocate(bytes.length);
      MemorySegment.copy(bytes, 0, segment, ValueLayout.JAVA_BYTE, 0, bytes.length);
      int written = Libc.write(fd, segment);
      if (written == -Errno.EAGAIN) {
        return Optional.of(full());
      }
      if (written < 0) {
        return Optional.of("cannot write to its standard input: " + Errno.message(-written));
      }
      return written == bytes.length
          ? Optional.empty()
          : Optional.of(
              "its standard input accepted only the first %d of %d bytes, because another program writes to the same pipe"
                  .formatted(written, bytes.length));
    }
  }

  private static String full() {
    return "it does not read its standard input, and the pipe is full";
  }
}
