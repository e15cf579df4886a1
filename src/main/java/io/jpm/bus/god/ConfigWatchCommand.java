package io.jpm.bus.god;

import io.jpm.bus.BusMessage;

/// What the room of hot process files can be asked; the answer is a [ConfigWatchReply].
public sealed interface ConfigWatchCommand extends BusMessage {
  /// Watches the files that God remembers as watched, and no others.
  record Look() implements ConfigWatchCommand {}

  /// Asks what is wrong.
  record Status() implements ConfigWatchCommand {}
}
