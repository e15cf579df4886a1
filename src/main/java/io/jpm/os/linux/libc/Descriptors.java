package io.jpm.os.linux.libc;

import java.util.Arrays;

/// Closes the descriptors of one operation together when the operation ends, whether it succeeds or
/// fails.
public final class Descriptors implements AutoCloseable {
  /// Descriptor of a process's own end of its IPC channel.
  public static final int APP_CHANNEL = 3;

  /// Descriptor under which the process keeps the daemon's end.
  public static final int DAEMON_CHANNEL = 4;

  /// Maximum number of sockets that a child inherits.
  public static final int MOST_SOCKETS = 32;

  /// First number above the channel, the sockets, the pipe behind a terminal, and the descriptor
  /// that a limit gate passes on.
  public static final int FIRST_FREE = DAEMON_CHANNEL + 1 + MOST_SOCKETS + 2;

  private int[] open = new int[8];
  private int count;

  /// Adds `fd` to the descriptors that [#close] closes.
  ///
  /// @return a number above those that a child inherits. If the daemon was started with a standard
  ///   stream closed, `open(2)` returns such a low number, and a descriptor prepared for a child
  ///   would overwrite it.
  public int keep(int fd) throws ErrnoException {
    int kept = fd;
    if (fd < FIRST_FREE) {
      kept = Libc.duplicateAbove(fd, FIRST_FREE);
      Libc.close(fd);
      if (kept < 0) {
        throw new ErrnoException("cannot copy a descriptor: " + Errno.message(-kept), -kept);
      }
    }
    if (count == open.length) {
      open = Arrays.copyOf(open, count * 2);
    }
    open[count++] = kept;
    return kept;
  }

  /// Removes a kept descriptor from those that [#close] closes, because it has another owner now.
  public void handOver(int kept) {
    for (int i = 0; i < count; i++) {
      if (open[i] == kept) {
        open[i] = open[--count];
        return;
      }
    }
  }

  @Override
  public void close() {
    for (int i = 0; i < count; i++) {
      Libc.close(open[i]);
    }
    count = 0;
  }
}
