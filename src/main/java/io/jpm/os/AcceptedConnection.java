package io.jpm.os;

/// An accepted connection that no process serves yet. The daemon sends it to a process or closes
/// it.
public interface AcceptedConnection extends SendHandle {
  /// Closes the daemon's own descriptor, after the connection was sent to a process or if no
  /// process takes it.
  void close();
}
