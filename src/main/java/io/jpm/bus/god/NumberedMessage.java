package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.wire.EventMessage;
import java.time.Instant;

/// An event that History numbers, stores and publishes.
public sealed interface NumberedMessage extends BusMessage permits DaemonEvent, InstanceEvent {
  /// Returns when it happened, wall clock.
  Instant at();

  /// Returns the external form of the event.
  ///
  /// @param sequence its number in the history
  EventMessage outside(long sequence);
}
