package io.jpm.os;

/// A descriptor that can be sent to a process over its IPC channel ([ProcessHost#send]).
public interface SendHandle {
  /// Returns the type under which Node receives the descriptor: `net.Native` for stream sockets,
  /// `dgram.Native` for datagram sockets.
  String type();
}
