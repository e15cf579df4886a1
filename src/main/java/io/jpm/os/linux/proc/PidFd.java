package io.jpm.os.linux.proc;

import io.jpm.model.process.Signal;
import io.jpm.os.linux.credentials.OpenFileLimit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;

/// Refers to one process by its pidfd (`pidfd_open(2)`). A signal sent through it never reaches
/// another process that received the same pid later. Sending a signal and closing the pidfd are
/// mutually exclusive, because the number of a closed descriptor may be reused immediately for the
/// pidfd of another process.
public final class PidFd implements AutoCloseable {
  private final int fd;
  private boolean closed;

  private PidFd(int fd) {
    this.fd = fd;
  }

  /// Opens a pidfd for the process that currently has `pid`.
  ///
  /// @throws OpenException if there is no such process or no descriptor is free
  public static PidFd open(int pid) throws OpenException {
    int fd = Libc.pidfdOpen(pid);
    if (fd < 0) {
      throw new OpenException(-fd);
    }
    return new PidFd(fd);
  }

  /// Opens a pidfd like [#open], but moves it to a high descriptor number. For a pidfd that stays
  /// open as long as the process is running.
  public static PidFd openLongLived(int pid) throws OpenException {
    return new PidFd(OpenFileLimit.ofDaemon().moveUp(open(pid).fd));
  }

  /// Returns the number of the descriptor.
  public int descriptor() {
    return fd;
  }

  /// Sends `signal` to the process.
  ///
  /// @return 0 or the negative `errno`: ESRCH if the process has exited, EPERM if it belongs to
  ///   another user
  public synchronized int send(Signal signal) {
    return closed ? -Errno.ESRCH : Libc.pidfdSendSignal(fd, signal.number());
  }

  @Override
  public synchronized void close() {
    if (!closed) {
      closed = true;
      Libc.close(fd);
    }
  }

  /// Thrown if a pidfd cannot be opened.
  public static final class OpenException extends Exception {
    private static final long serialVersionUID = 1;

    private final int errno;

    OpenException(int errno) {
      super(Errno.message(errno), null, false, false);
      this.errno = errno;
    }

    public int errno() {
      return errno;
    }
  }
}
