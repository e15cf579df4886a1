package io.jpm.os.linux.log;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.rights.OpenFileLimit;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Opens the named pipe that an app prints into, `fifo(7)`.
///
/// Both ends open it O_RDWR, each with a description of its own. So the app is its own reader when
/// no daemon lives: it gets no SIGPIPE, it waits when the pipe is full; and the daemon sees no end
/// of file between two apps. The daemon's O_NONBLOCK must not reach the app, hence two
/// descriptions.
public final class NamedPipe {
  /// 1 MiB would be granted 64 times to an ordinary user, and later pipes would shrink to 8 KiB,
  /// `pipe(7)` on pipe-user-pages-soft.
  private static final int BYTES = 128 * 1024;

  private static final int MOST_BYTES = 256 * 1024;

  private NamedPipe() {}

  /// The daemon's end.
  ///
  /// @return a descriptor
  static int openForDaemon(Path fifo) throws IOException {
    int fd = OpenFileLimit.ours().moveUp(open(fifo, Libc.O_RDWR | Libc.O_NONBLOCK));
    Libc.setPipeSize(fd, BYTES); // best effort: a smaller pipe works as well
    return fd;
  }

  /// Gives a busy pipe more room, where the kernel grants it.
  public static void enlarge(int fd) {
    int bytes = Libc.pipeSize(fd);
    if (bytes > 0 && bytes < MOST_BYTES) { // a larger one would be made smaller
      Libc.setPipeSize(fd, MOST_BYTES);
    }
  }

  /// The app's end.
  ///
  /// @return a descriptor
  public static int openForChild(Path fifo) throws IOException {
    return open(fifo, Libc.O_RDWR);
  }

  private static int open(Path fifo, int flags) throws IOException {
    int fd = Libc.open(fifo, flags, 0);
    if (fd == -Errno.ENOENT) {
      make(fifo);
      fd = Libc.open(fifo, flags, 0);
    }
    if (fd < 0) {
      throw new ErrnoException("cannot open the log pipe " + fifo + ": " + Errno.words(-fd), -fd);
    }
    if (Libc.pipeSize(fd) < 0) {
      Libc.close(fd);
      throw new IOException(
          "cannot use " + fifo + " as a log pipe: it is something else; move it away");
    }
    return fd;
  }

  private static void make(Path fifo) throws IOException {
    Path folder = fifo.getParent();
    if (folder != null) {
      LogFolder.make(folder);
    }
    int result = Libc.mkfifo(fifo, 0600);
    if (result < 0 && result != -Errno.EEXIST) {
      throw new ErrnoException(
          "cannot make the log pipe " + fifo + ": " + Errno.words(-result), -result);
    }
  }

  /// Removes the pipe; one that cannot be removed is found and used again.
  static void remove(Path fifo) {
    try {
      Files.deleteIfExists(fifo);
    } catch (IOException keptForTheNextApp) {
      // A stale pipe in the home costs one directory entry.
    }
  }
}
