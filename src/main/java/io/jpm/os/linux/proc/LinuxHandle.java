package io.jpm.os.linux.proc;

import io.jpm.os.Handle;

/// A handle of this host.
public interface LinuxHandle extends Handle {
  /// A descriptor of the same description, close-on-exec; the caller closes it.
  ///
  /// @return it, or the negative `errno`; -EBADF when the handle is closed
  int duplicate();
}
