package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import io.jpm.wire.EventMessage;
import java.util.List;

/// Past events, oldest first.
///
/// @param events the events
/// @param forgotten how many events after the requested number are no longer stored, because the
///   history is bounded
/// @param last the greatest sequence number used so far in this home; 0 if there was no event yet.
///   A caller that has seen a greater number has read the events of another home
public record HistoryReply(List<EventMessage> events, long forgotten, long last)
    implements BusMessage {
  public HistoryReply {
    events = List.copyOf(events);
  }
}
