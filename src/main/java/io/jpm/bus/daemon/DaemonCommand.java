package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// A command to the daemon as a whole.
public sealed interface DaemonCommand extends BusMessage {
  /// Closes all listening sockets and terminates the daemon once pending replies have been sent.
  /// Running apps keep running.
  record Stop() implements DaemonCommand {}

  /// Like [Stop], but the keeper stays and does not restart the daemon, because a newer build is
  /// about to take over the apps (`jpm update`).
  record StopForUpdate() implements DaemonCommand {}
}
