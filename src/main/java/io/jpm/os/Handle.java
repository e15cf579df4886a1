package io.jpm.os;

/// A descriptor that can be given to a process over its channel ([ProcessHost#post]).
public interface Handle {
  /// As what Node takes it: `net.Native` for streams, `dgram.Native` for datagrams.
  String type();
}
