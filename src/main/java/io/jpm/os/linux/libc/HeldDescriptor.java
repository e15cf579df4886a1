package io.jpm.os.linux.libc;

import java.util.function.IntUnaryOperator;

/// A descriptor that threads use while another one may close it: nobody gets what was opened under
/// its number afterwards.
public final class HeldDescriptor {
  /// Guarded by `this`; negative when it is closed.
  private int fd;

  /// @param fd ours from now on
  public HeldDescriptor(int fd) {
    this.fd = fd;
  }

  /// Runs `call` with it.
  ///
  /// @param call a call of the C library that does not wait
  /// @return what that returns; -EBADF without the call when it is closed
  public synchronized int with(IntUnaryOperator call) {
    return fd < 0 ? -Errno.EBADF : call.applyAsInt(fd);
  }

  /// Another descriptor of the same description, close-on-exec.
  ///
  /// @param least its lowest number
  /// @return it, or the negative `errno`
  public int duplicate(int least) {
    return with(open -> Libc.duplicateAbove(open, least));
  }

  /// Closes it.
  ///
  /// @return false when it was closed before
  public synchronized boolean close() {
    if (fd < 0) {
      return false;
    }
    Libc.close(fd);
    fd = -1;
    return true;
  }
}
