package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.wire.EventMessage;
import java.time.Instant;

/// Something that History numbers, keeps and publishes.
public sealed interface NumberedMessage extends BusMessage permits DaemonEvent, InstanceEvent {
  /// When, wall clock.
  Instant at();

  /// The event for the world outside the daemon.
  ///
  /// @param sequence its number in the history
  EventMessage outside(long sequence);
}
