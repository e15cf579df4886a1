package io.jpm.bus;

import io.jpm.model.ProcessIdentity;
import io.jpm.wire.EventMessage;
import java.time.Instant;
import java.util.Locale;

/// Something happened to an instance.
///
/// @param kind what, in one word of [Kind]
/// @param instance the instance just after it
/// @param at wall clock
public record InstanceEvent(Kind kind, InstanceView instance, Instant at) implements BusMessage {
  /// The event for the world outside the daemon.
  ///
  /// @param sequence its number in the history
  public EventMessage outside(long sequence) {
    return new EventMessage(
        sequence,
        kind.name().toLowerCase(Locale.ROOT),
        instance.spec().name().value(),
        instance.id().value(),
        instance.process().map(ProcessIdentity::pid).orElse(0),
        instance.phase().word(),
        instance.restarts(),
        instance.reason(),
        at.toEpochMilli());
  }

  /// What can happen. The words on the wire are these in lower case.
  public enum Kind {
    START,
    ONLINE,
    EXIT,
    RESTART,
    STOPPING,
    STOP,
    ERRORED,
    DELETE,
    ADOPT
  }
}
