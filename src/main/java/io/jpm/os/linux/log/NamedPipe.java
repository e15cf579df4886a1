package io.jpm.os.linux.log;

import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Creates, opens and removes the named pipe to which an app writes its output (`fifo(7)`).
///
/// Both the app and the daemon open it with O_RDWR, which has two effects:
///
/// - The app is a reader of its own pipe. While no daemon is running, the app does not receive
///   SIGPIPE, but blocks when the pipe is full.
/// - The daemon does not read an end of file between one app process and the next.
///
/// The app and the daemon open the pipe separately. Each therefore has its own open file
/// description, and the daemon's O_NONBLOCK does not affect the app.
public final class NamedPipe {
  /// Buffer size of a pipe. With 1 MiB, an unprivileged user could have only 64 such pipes, and
  /// further pipes would have only 8 KiB (pipe-user-pages-soft, `pipe(7)`).
  private static final int BYTES = 128 * 1024;

  private static final int MOST_BYTES = 256 * 1024;

  private NamedPipe() {}

  /// Opens the daemon's end.
  static int openForDaemon(Path fifo) throws IOException {
    int fd = OpenFileLimit.ofDaemon().moveUp(open(fifo, Libc.O_RDWR | Libc.O_NONBLOCK));
    Libc.setPipeSize(fd, BYTES); // best effort, because a smaller pipe also works
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
          "cannot use "
              + fifo
              + " as a log pipe because it is not a named pipe: move or delete the file");
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

  /// Removes the pipe. If this fails, the pipe is reused later.
  static void remove(Path fifo) {
    try {
      Files.deleteIfExists(fifo);
    } catch (IOException keptForTheNextApp) {
      // Ignored: a stale pipe in the home only occupies one directory entry.
    }
  }
}
