package io.jpm.os;

/// A descriptor that can be sent to a process over its IPC channel ([ProcessHost#post]).
public interface Handle {
  /// Returns the type under which Node receives it: `net.Native` for streams, `dgram.Native` for
  /// datagrams.
  String type();
}
