package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// What the daemon as a whole can be told.
public sealed interface DaemonCommand extends BusMessage {
  /// Close the doors and end, once what has been answered is on its way. Apps that still run live
  /// on.
  record Stop() implements DaemonCommand {}

  /// As [Stop], but the keeper is not to bring the daemon back: a newer build is about to take over
  /// the apps (`jpm update`).
  record MakeRoom() implements DaemonCommand {}
}
