package io.jpm.os.linux.libc;

import java.util.Arrays;

/// Descriptors that are needed for the length of one call and closed together, however it ends.
public final class Descriptors implements AutoCloseable {
  /// Where a process has its own end of its channel.
  public static final int APP_CHANNEL = 3;

  /// Where it has the daemon's end.
  public static final int DAEMON_CHANNEL = 4;

  /// More sockets than this no child is given.
  public static final int MOST_SOCKETS = 32;

  /// Above the channel, the sockets, the pipe behind a terminal and what a gate hands on.
  public static final int FIRST_FREE = DAEMON_CHANNEL + 1 + MOST_SOCKETS + 2;

  private int[] open = new int[8];
  private int count;

  /// Keeps `fd` until the end.
  ///
  /// @return a number above those that a child is given. A daemon started with a standard stream
  ///   closed gets such a number from `open(2)`, and what is made for a child would overwrite it.
  public int keep(int fd) throws ErrnoException {
    int kept = fd;
    if (fd < FIRST_FREE) {
      kept = Libc.duplicateAbove(fd, FIRST_FREE);
      Libc.close(fd);
      if (kept < 0) {
        throw new ErrnoException("cannot copy a descriptor: " + Errno.words(-kept), -kept);
      }
    }
    if (count == open.length) {
      open = Arrays.copyOf(open, count * 2);
    }
    open[count++] = kept;
    return kept;
  }

  /// Leaves a kept descriptor open: somebody else closes it.
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
