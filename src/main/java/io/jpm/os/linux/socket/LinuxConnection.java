package io.jpm.os.linux.socket;

import io.jpm.os.AcceptedConnection;
import io.jpm.os.linux.libc.HeldDescriptor;
import io.jpm.os.linux.proc.LinuxHandle;

/// An accepted connection, which stays open until this object is closed.
final class LinuxConnection implements AcceptedConnection, LinuxHandle {
  private final HeldDescriptor descriptor;
  private final Runnable onClose;

  /// @param fd the descriptor, which this object owns from now on
  /// @param onClose run once after the descriptor was closed
  LinuxConnection(int fd, Runnable onClose) {
    this.descriptor = new HeldDescriptor(fd);
    this.onClose = onClose;
  }

  @Override
  public String type() {
    return "net.Native";
  }

  @Override
  public int duplicate() {
    return descriptor.duplicate(0);
  }

  @Override
  public void close() {
    if (descriptor.close()) {
      onClose.run();
    }
  }
}
