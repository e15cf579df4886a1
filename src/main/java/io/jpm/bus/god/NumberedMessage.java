package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.wire.EventMessage;
import java.time.Instant;

/// An event that History numbers, stores and publishes.
public sealed interface NumberedMessage extends BusMessage permits DaemonEvent, InstanceEvent {
  /// Returns the time of the event, wall clock.
  Instant at();

  /// Returns the external form of the event.
  ///
  /// @param sequence the event's number in the history
  EventMessage toEventMessage(long sequence);
}
