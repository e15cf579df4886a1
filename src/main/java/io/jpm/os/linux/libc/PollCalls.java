package io.jpm.os.linux.libc;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;

/// Binds the functions of the C library that only the keeper client uses. As in [Libc], a method
/// returns the result of the function or the negative `errno`.
public final class PollCalls {
  public static final int EPOLLERR = 8;
  public static final int POLLIN = 1;
  public static final int POLLHUP = 0x10;

  private static final Native POLL = new Native("poll");
  private static final Native FCNTL = new Native("fcntl");

  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT;

  private PollCalls() {}

  /// Calls `poll(2)` for the event `wanted` and for the events that are always reported.
  ///
  /// @param wanted POLLIN, or 0 for POLLHUP only
  /// @return the events of each descriptor; all 0 if no event occurred within `milliseconds`
  public static int[] poll(int[] descriptors, int wanted, int milliseconds) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment list = arena.allocate(8L * descriptors.length, 8);
      for (int i = 0; i < descriptors.length; i++) {
        list.set(INT, i * 8L, descriptors[i]);
        list.set(ValueLayout.JAVA_SHORT, i * 8L + 4, (short) wanted);
      }
      POLL.errnoInt(list.address(), descriptors.length, milliseconds);
      int[] reported = new int[descriptors.length];
      for (int i = 0; i < descriptors.length; i++) {
        reported[i] = list.get(ValueLayout.JAVA_SHORT, i * 8L + 6);
      }
      return reported;
    }
  }

  /// Calls `fcntl(2)` with F_SETFL to make reads block again.
  public static void clearNonBlocking(int fd) {
    FCNTL.errnoInt(fd, 4, 0);
  }

  /// Opens the write end of a named pipe.
  ///
  /// @return the descriptor or the negative `errno`: ENXIO if no process has the pipe open for
  ///   reading, EINVAL if the file is not a named pipe
  public static int openForWriting(Path fifo) {
    int fd = Libc.open(fifo, Libc.O_WRONLY | Libc.O_NONBLOCK, 0);
    if (fd >= 0 && Libc.pipeSize(fd) < 0) {
      Libc.close(fd);
      return -Errno.EINVAL;
    }
    return fd;
  }
}
