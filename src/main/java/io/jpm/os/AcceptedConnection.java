package io.jpm.os;

/// A connection that the daemon has accepted but that no process serves yet. The daemon passes it
/// to a process or closes it.
public interface AcceptedConnection extends SendHandle {
  /// Closes the daemon's copy of the descriptor. Must be called after the connection was sent to a
  /// process, or if no process can serve it.
  void close();
}
