package io.jpm.os.linux.proc;

import io.jpm.model.run.Signal;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.rights.OpenFileLimit;

/// A hold on one process, `pidfd_open(2)`: a signal through it can never reach a stranger that got
/// the same pid later. Closing and signalling exclude each other, since the number of a closed
/// descriptor may at once mean another process.
public final class PidFd implements AutoCloseable {
  private final int fd;
  private boolean closed;

  private PidFd(int fd) {
    this.fd = fd;
  }

  /// Takes hold of the process that has `pid` now.
  ///
  /// @throws Failure when there is no such process, or no descriptor to be had
  public static PidFd open(int pid) throws Failure {
    int fd = Libc.pidfdOpen(pid);
    if (fd < 0) {
      throw new Failure(-fd);
    }
    return new PidFd(fd);
  }

  /// As [#open], for one that is held as long as the process lives.
  public static PidFd openForLong(int pid) throws Failure {
    return new PidFd(OpenFileLimit.ours().moveUp(open(pid).fd));
  }

  public int number() {
    return fd;
  }

  /// Sends `signal`.
  ///
  /// @return 0 or the negative `errno`: ESRCH when the process is gone, EPERM when it belongs to
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

  /// Why a process could not be held.
  public static final class Failure extends Exception {
    private static final long serialVersionUID = 1;

    private final int errno;

    Failure(int errno) {
      super(Errno.words(errno), null, false, false);
      this.errno = errno;
    }

    public int errno() {
      return errno;
    }
  }
}
