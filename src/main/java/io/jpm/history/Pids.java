package io.jpm.history;

import io.jpm.bus.DaemonEvent;
import io.jpm.bus.Happening;
import io.jpm.bus.InstanceEvent;
import io.jpm.wire.EventMessage;
import java.util.HashMap;
import java.util.Map;

/// Remembers main processes, so that the news of an end tells whose end it was: by then the
/// instance has no process any more.
final class Pids {
  private final Map<Integer, Integer> latest = new HashMap<>();

  /// What `happening` is outside, with the process that it tells of.
  EventMessage completed(Happening happening, long sequence) {
    EventMessage message = happening.outside(sequence);
    return switch (happening) {
      case DaemonEvent _ -> message;
      case InstanceEvent event -> completed(event.kind(), message);
    };
  }

  private EventMessage completed(InstanceEvent.Kind kind, EventMessage message) {
    if (message.pid() != 0) {
      latest.put(message.id(), message.pid());
      return message;
    }
    Integer ended = latest.remove(message.id());
    return kind == InstanceEvent.Kind.EXIT && ended != null ? message.ofProcess(ended) : message;
  }
}
