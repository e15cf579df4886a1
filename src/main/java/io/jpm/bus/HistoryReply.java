package io.jpm.bus;

import io.jpm.wire.EventMessage;
import java.util.List;

/// Events of the past, oldest first.
///
/// @param events what was asked for
/// @param forgotten how many events after the asked number are no longer there: the history is
///   bounded
public record HistoryReply(List<EventMessage> events, long forgotten) implements BusMessage {
  public HistoryReply {
    events = List.copyOf(events);
  }
}
