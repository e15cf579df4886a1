package io.jpm.history;

import io.jpm.bus.god.DaemonEvent;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.NumberedMessage;
import io.jpm.wire.EventMessage;
import java.util.HashMap;
import java.util.Map;

/// Remembers the main process of each instance, so that an exit event can name the process that
/// exited. By then, the instance no longer has a process.
final class MainPids {
  private final Map<Integer, Integer> latest = new HashMap<>();

  /// Returns the public form of `numberedMessage`, with the pid of the process that it refers to.
  EventMessage toMessage(NumberedMessage numberedMessage, long sequence) {
    EventMessage message = numberedMessage.toEventMessage(sequence);
    return switch (numberedMessage) {
      case DaemonEvent _ -> message;
      case InstanceEvent event -> toMessage(event.kind(), message);
    };
  }

  private EventMessage toMessage(InstanceEvent.Kind kind, EventMessage message) {
    if (message.pid() != 0) {
      latest.put(message.id(), message.pid());
      return message;
    }
    Integer ended = latest.remove(message.id());
    return kind == InstanceEvent.Kind.EXIT && ended != null ? message.withPid(ended) : message;
  }
}
