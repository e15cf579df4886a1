package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.wire.EventMessage;
import java.util.List;

/// Events of the past, oldest first.
///
/// @param events what was asked for
/// @param forgotten how many events after the asked number are no longer there: the history is
///   bounded
/// @param last the greatest number that anything in this home has been given, 0: nothing has
///   happened yet. Who claims to have seen a greater one has not seen it here
public record HistoryReply(List<EventMessage> events, long forgotten, long last)
    implements BusMessage {
  public HistoryReply {
    events = List.copyOf(events);
  }
}
