package io.jpm.os.linux.proc;

import io.jpm.os.SendHandle;

/// A handle whose descriptor can be duplicated.
public interface LinuxHandle extends SendHandle {
  /// Returns a duplicate of the descriptor, close-on-exec; the caller must close it.
  ///
  /// @return the duplicate, or the negative `errno`; -EBADF if the handle is closed
  int duplicate();
}
