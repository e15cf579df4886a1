package io.jpm.os;

/// A connection that the daemon has accepted and no process serves yet. The daemon either passes it
/// to a process or closes it.
public interface AcceptedConnection extends SendHandle {
  /// Closes the daemon's own descriptor, either after the connection was sent to a process or
  /// because no process can serve it.
  void close();
}
