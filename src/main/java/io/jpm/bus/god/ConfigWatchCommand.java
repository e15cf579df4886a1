package io.jpm.bus.god;

import io.jpm.bus.BusMessage;

/// A command to the watcher of process files; the reply is a [ConfigWatchReply].
public sealed interface ConfigWatchCommand extends BusMessage {
  /// Updates the set of watched files from God's records.
  record Refresh() implements ConfigWatchCommand {}

  /// Requests the list of files whose latest edit could not be applied.
  record GetStatus() implements ConfigWatchCommand {}
}
