package io.jpm.os.linux.proc;

import io.jpm.os.SendHandle;

/// A send handle whose descriptor can be duplicated.
public interface LinuxHandle extends SendHandle {
  /// Returns a duplicate of the descriptor, which the caller must close. The duplicate is
  /// close-on-exec.
  ///
  /// @return the duplicate, or the negative `errno`; -EBADF if the handle is closed
  int duplicate();
}
