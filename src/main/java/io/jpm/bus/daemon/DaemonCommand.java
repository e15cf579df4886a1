package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// A command to the daemon as a whole.
public sealed interface DaemonCommand extends BusMessage {
  /// Closes all listening sockets and ends the daemon, once pending replies have been sent. Running
  /// apps keep running.
  record Stop() implements DaemonCommand {}

  /// As [Stop], but the keeper stays, without restarting the daemon: a newer build is about to take
  /// over the apps (`jpm update`).
  record StopForUpdate() implements DaemonCommand {}
}
