package io.jpm.os.linux.libc;

import java.util.function.IntUnaryOperator;

/// A descriptor that several threads share and that each of them may close. Once it is closed, no
/// call through this object can reach another file that was opened under the same number.
public final class HeldDescriptor {
  /// The descriptor number; negative if closed. Guarded by `this`.
  private int fd;

  /// Takes ownership of a descriptor.
  ///
  /// @param fd the descriptor, which this object owns from now on
  public HeldDescriptor(int fd) {
    this.fd = fd;
  }

  /// Calls `call` with the descriptor.
  ///
  /// @param call a call of the C library that does not block
  /// @return the result of `call`; -EBADF, without calling it, if the descriptor is closed
  public synchronized int with(IntUnaryOperator call) {
    return fd < 0 ? -Errno.EBADF : call.applyAsInt(fd);
  }

  /// Returns a duplicate of the descriptor, which is close-on-exec.
  ///
  /// @param least the lowest number of the duplicate
  /// @return the duplicate, or the negative `errno`
  public int duplicate(int least) {
    return with(open -> Libc.duplicateAbove(open, least));
  }

  /// Closes the descriptor.
  ///
  /// @return false if it was already closed
  public synchronized boolean close() {
    if (fd < 0) {
      return false;
    }
    Libc.close(fd);
    fd = -1;
    return true;
  }
}
