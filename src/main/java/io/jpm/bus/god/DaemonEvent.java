package io.jpm.bus.god;

import io.jpm.wire.EventMessage;
import java.time.Instant;
import java.util.Locale;

/// An event of the daemon itself. Published on [io.jpm.bus.Addresses#DAEMON_EVENTS] by the
/// component that detects it.
///
/// @param kind the kind of event
/// @param reason one sentence for users, without a full stop
/// @param pid the daemon's process id
/// @param at the time of the event, wall clock
public record DaemonEvent(Kind kind, String reason, long pid, Instant at)
    implements NumberedMessage {
  @Override
  public EventMessage toEventMessage(long sequence) {
    return EventMessage.ofDaemon(
        sequence,
        kind.name().toLowerCase(Locale.ROOT),
        Math.toIntExact(pid),
        reason,
        at.toEpochMilli());
  }

  /// The kinds of events. On the wire they are spelled in lower case.
  public enum Kind {
    /// A daemon has started and adopted the running processes; it is about to accept connections.
    DAEMON_STARTED,
    /// The daemon is shutting down in an orderly way. A daemon that is killed cannot report this.
    DAEMON_STOPPING,
    /// God has not answered a ping in time. Until it answers, apps are not supervised.
    HEARTBEAT_MISSED,
    /// God has answered a ping again after [#HEARTBEAT_MISSED].
    HEARTBEAT_BACK,
    /// An event loop was blocked: it ran a timer at least one second late.
    STALL
  }
}
