package io.jpm.bus.god;

import io.jpm.wire.EventMessage;
import java.time.Instant;
import java.util.Locale;

/// Something happened to the daemon itself. Published on [io.jpm.bus.Addresses#DAEMON_EVENTS] by
/// whoever knows of it.
///
/// @param kind what, in one word of [Kind]
/// @param reason one sentence without a final stop, for people
/// @param pid the daemon's
/// @param at wall clock
public record DaemonEvent(Kind kind, String reason, long pid, Instant at)
    implements NumberedMessage {
  @Override
  public EventMessage outside(long sequence) {
    return EventMessage.ofDaemon(
        sequence,
        kind.name().toLowerCase(Locale.ROOT),
        Math.toIntExact(pid),
        reason,
        at.toEpochMilli());
  }

  /// What can happen. The words on the wire are these in lower case.
  public enum Kind {
    /// A daemon is there, has adopted what lives and is about to open its door.
    DAEMON_STARTED,
    /// The daemon ends in order. One that is killed cannot say so.
    DAEMON_STOPPING,
    /// God has not answered a ping in time: apps are not supervised meanwhile.
    HEARTBEAT_MISSED,
    /// God answers again after [#HEARTBEAT_MISSED].
    HEARTBEAT_BACK,
    /// Something has held an event loop for a second or longer when it was to come to a timer.
    STALL
  }
}
