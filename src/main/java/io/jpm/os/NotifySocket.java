package io.jpm.os;

import io.jpm.model.process.ProcessIdentity;

/// The notify socket of one process, see [NotifySockets].
public interface NotifySocket extends AutoCloseable {
  /// Starts to report messages, after the process was spawned or adopted: those already received
  /// and all later ones. Only messages from `main` or another process of its tree are reported;
  /// others are dropped. Must be called once.
  void processStarted(ProcessIdentity main);

  /// Stops reporting messages and removes the address. Further calls do nothing.
  @Override
  void close();
}
