package io.jpm.os;

import io.jpm.model.run.ProcessIdentity;

/// The socket of one process, see [NotifySockets].
public interface NotifySocket extends AutoCloseable {
  /// The process is there: what it has said so far is told, and from now on what it says, or
  /// another of its tree does. What comes from elsewhere is dropped. To be called once.
  void began(ProcessIdentity main);

  /// Nothing is told any more; the address is removed. A second time does nothing.
  @Override
  void close();
}
