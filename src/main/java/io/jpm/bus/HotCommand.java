package io.jpm.bus;

/// What the room of hot process files can be asked; the answer is a [HotReply].
public sealed interface HotCommand extends BusMessage {
  /// Watches the files that God remembers as watched, and no others.
  record Look() implements HotCommand {}

  /// Asks what is wrong.
  record Status() implements HotCommand {}
}
