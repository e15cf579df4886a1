package io.jpm.os;

/// A descriptor that can be sent to a process over its IPC channel ([ProcessHost#send]).
public interface SendHandle {
  /// Returns the type under which Node receives it: `net.Native` for streams, `dgram.Native` for
  /// datagrams.
  String type();
}
