package io.jpm.os;

import io.jpm.model.process.ProcessIdentity;

/// The notify socket of one process, see [NotifySockets].
public interface NotifySocket extends AutoCloseable {
  /// Starts reporting messages, both those already received and all later ones. Must be called
  /// once, after the process was spawned or adopted. Only messages sent by `main` or another
  /// process of its tree are reported; others are dropped.
  void processStarted(ProcessIdentity main);

  /// Stops reporting messages and removes the address. Closing it again has no effect.
  @Override
  void close();
}
