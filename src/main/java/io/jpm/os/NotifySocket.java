package io.jpm.os;

import io.jpm.model.process.ProcessIdentity;

/// The notify socket of one process, see [NotifySockets].
public interface NotifySocket extends AutoCloseable {
  /// Starts reporting messages, including those received before this call. Must be called once,
  /// after the process was spawned or adopted. Only messages sent by `main` or another process of
  /// its tree are reported; others are dropped.
  void processStarted(ProcessIdentity main);

  /// Stops reporting messages and removes the file at the address. Further calls have no effect.
  @Override
  void close();
}
