package io.jpm.os.linux.libc;

import java.util.Arrays;

/// Collects the descriptors that one operation opens and closes them together when the operation
/// completes or fails.
public final class Descriptors implements AutoCloseable {
  /// Descriptor number of a process's own end of its IPC channel.
  public static final int APP_CHANNEL = 3;

  /// Descriptor number under which the process keeps the daemon's end of the IPC channel open.
  public static final int DAEMON_CHANNEL = 4;

  /// Maximum number of sockets that a child inherits.
  public static final int MOST_SOCKETS = 32;

  /// First descriptor number above those of the channel, the sockets, the log pipe of a terminal,
  /// and the standard input that a limit gate passes on.
  public static final int FIRST_FREE = DAEMON_CHANNEL + 1 + MOST_SOCKETS + 2;

  private int[] open = new int[8];
  private int count;

  /// Adds `fd` to the descriptors that [#close] closes, and moves it above the numbers that a child
  /// inherits. A lower number occurs if the daemon was started with a closed standard stream.
  /// Another descriptor prepared for the child could then overwrite it.
  ///
  /// @return the new number of the descriptor
  public int keep(int fd) throws ErrnoException {
    int kept = fd;
    if (fd < FIRST_FREE) {
      kept = Libc.duplicateAbove(fd, FIRST_FREE);
      Libc.close(fd);
      if (kept < 0) {
        throw new ErrnoException("cannot duplicate a descriptor: " + Errno.message(-kept), -kept);
      }
    }
    if (count == open.length) {
      open = Arrays.copyOf(open, count * 2);
    }
    open[count++] = kept;
    return kept;
  }

  /// Removes a descriptor from those that [#close] closes. Called when another object becomes its
  /// owner.
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
