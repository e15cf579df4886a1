package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// A command to the daemon as a whole.
public sealed interface DaemonCommand extends BusMessage {
  /// Closes all listening sockets and terminates the daemon once pending replies have been sent.
  /// Running apps keep running.
  record Stop() implements DaemonCommand {}

  /// Terminates the daemon like [Stop], for `jpm update`. The keeper keeps running, but does not
  /// restart the daemon, because a newer build is about to start and adopt the apps.
  record StopForUpdate() implements DaemonCommand {}
}
