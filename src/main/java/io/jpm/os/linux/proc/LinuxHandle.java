package io.jpm.os.linux.proc;

import io.jpm.os.Handle;

/// A handle whose descriptor can be duplicated.
public interface LinuxHandle extends Handle {
  /// Returns a duplicate of the descriptor, close-on-exec; the caller must close it.
  ///
  /// @return the duplicate, or the negative `errno`; -EBADF if the handle is closed
  int duplicate();
}
