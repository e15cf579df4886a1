package io.jpm.os.linux.libc;

import java.io.IOException;

/// A failed system call with its error number and a message for the user.
public final class ErrnoException extends IOException {
  private static final long serialVersionUID = 1;

  private final int errno;

  /// Creates an exception for a failed system call.
  ///
  /// @param sentence the message for the user
  /// @param errno the error number, positive
  public ErrnoException(String sentence, int errno) {
    super(sentence);
    this.errno = errno;
  }

  public int errno() {
    return errno;
  }
}
