package io.jpm.os.linux.log;

import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Creates, opens and removes the named pipe that an app prints into, `fifo(7)`.
///
/// Both the app and the daemon open it O_RDWR, each with an open file description of its own. So
/// the app is a reader of its own pipe: without a daemon it gets no SIGPIPE and blocks when the
/// pipe is full. And the daemon sees no end of file between two apps. The descriptions are separate
/// because the daemon's O_NONBLOCK must not affect the app.
public final class NamedPipe {
  /// An ordinary user would be granted 1 MiB for only 64 pipes, and later pipes would shrink to 8
  /// KiB; see pipe-user-pages-soft in `pipe(7)`.
  private static final int BYTES = 128 * 1024;

  private static final int MOST_BYTES = 256 * 1024;

  private NamedPipe() {}

  /// Opens the daemon's end.
  static int openForDaemon(Path fifo) throws IOException {
    int fd = OpenFileLimit.ofDaemon().moveUp(open(fifo, Libc.O_RDWR | Libc.O_NONBLOCK));
    Libc.setPipeSize(fd, BYTES); // best effort: a smaller pipe works too
    return fd;
  }

  /// Enlarges the buffer of a busy pipe if the kernel permits it.
  public static void enlarge(int fd) {
    int bytes = Libc.pipeSize(fd);
    if (bytes > 0 && bytes < MOST_BYTES) { // do not shrink a larger one
      Libc.setPipeSize(fd, MOST_BYTES);
    }
  }

  /// Opens the app's end.
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
      throw new ErrnoException("cannot open the log pipe " + fifo + ": " + Errno.message(-fd), -fd);
    }
    if (Libc.pipeSize(fd) < 0) {
      Libc.close(fd);
      throw new IOException(
          "cannot use " + fifo + " as a log pipe: it is not a pipe; move it away");
    }
    return fd;
  }

  private static void make(Path fifo) throws IOException {
    Path folder = fifo.getParent();
    if (folder != null) {
      LogFolder.create(folder);
    }
    int result = Libc.mkfifo(fifo, 0600);
    if (result < 0 && result != -Errno.EEXIST) {
      throw new ErrnoException(
          "cannot create the log pipe " + fifo + ": " + Errno.message(-result), -result);
    }
  }

  /// Removes the pipe. If that fails, the pipe is reused later.
  static void remove(Path fifo) {
    try {
      Files.deleteIfExists(fifo);
    } catch (IOException keptForTheNextApp) {
      // Ignored: a stale pipe in the home costs one directory entry.
    }
  }
}
