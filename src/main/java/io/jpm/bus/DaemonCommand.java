package io.jpm.bus;

/// What the daemon as a whole can be told.
public sealed interface DaemonCommand extends BusMessage {
  /// Close the doors and end, once what has been answered is on its way. Apps that still run live
  /// on.
  record Stop() implements DaemonCommand {}
}
