package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.wire.EventMessage;

/// What God has told, with the number that History gave it.
///
/// @param event as God told it
/// @param message as the world outside the daemon is told
public record NumberedEvent(InstanceEvent event, EventMessage message) implements BusMessage {}
