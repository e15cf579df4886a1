package io.jpm.bus.god;

import io.jpm.bus.BusMessage;

/// A command to the watcher of process files; the reply is a [ConfigWatchReply].
public sealed interface ConfigWatchCommand extends BusMessage {
  /// Watches exactly the files that God has recorded as watched.
  record Refresh() implements ConfigWatchCommand {}

  /// Asks for the files that could not be applied.
  record GetStatus() implements ConfigWatchCommand {}
}
