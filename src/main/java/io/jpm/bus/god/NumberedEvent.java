package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.wire.EventMessage;

/// An event published by God, with the message that History published for it.
///
/// @param event the event as God published it
/// @param message the external message, with its sequence number
public record NumberedEvent(InstanceEvent event, EventMessage message) implements BusMessage {}
