package io.jpm.bus.god;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.wire.EventMessage;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// An event of an instance.
///
/// @param kind the kind of event
/// @param instance the state of the instance immediately after the event
/// @param at the time of the event, wall clock
/// @param expected for [Kind#EXIT], whether jpm caused the exit, see [EventMessage#expected]
public record InstanceEvent(Kind kind, InstanceView instance, Instant at, boolean expected)
    implements NumberedMessage {
  /// Creates an event that is not an expected [Kind#EXIT].
  public InstanceEvent(Kind kind, InstanceView instance, Instant at) {
    this(kind, instance, at, false);
  }

  @Override
  public EventMessage toEventMessage(long sequence) {
    Optional<Exit> exit = kind == Kind.EXIT ? instance.lastExit() : Optional.empty();
    return new EventMessage(
        sequence,
        kind.name().toLowerCase(Locale.ROOT),
        instance.spec().name().value(),
        instance.id().value(),
        instance.process().map(ProcessIdentity::pid).orElse(0),
        instance.phase().keyword(),
        instance.restarts(),
        instance.reason(),
        at.toEpochMilli(),
        exit.map(InstanceEvent::code).orElseGet(OptionalInt::empty),
        exit.flatMap(InstanceEvent::signal),
        expected);
  }

  private static OptionalInt code(Exit exit) {
    return switch (exit) {
      case Exit.Code(int code) -> OptionalInt.of(code);
      case Exit.Signalled _, Exit.Unknown _ -> OptionalInt.empty();
    };
  }

  private static Optional<String> signal(Exit exit) {
    return switch (exit) {
      case Exit.Signalled(int signal, _) -> Optional.of(Signal.nameOf(signal));
      case Exit.Code _, Exit.Unknown _ -> Optional.empty();
    };
  }

  /// The kinds of events. On the wire they are spelled in lower case.
  public enum Kind {
    START,
    ONLINE,
    /// The instance is ready according to its own report or to its probes. Published only for apps
    /// with a readiness signal. [#ONLINE] follows, or [#RELOAD] if this is the new process of a
    /// reload.
    READY,
    EXIT,
    RESTART,
    STOPPING,
    STOP,
    ERRORED,
    DELETE,
    ADOPT,
    /// A reload has replaced the process.
    RELOAD,
    /// The new process of a reload did not become ready; the old one keeps running.
    RELOAD_FAILED,
    /// A reload restarts the instance, because its old and new process cannot listen at the same
    /// time. Published before the restart with the reason, and after it with the length of the
    /// downtime.
    RELOAD_GAP,
    /// The instance runs, but its readiness or liveness probe fails.
    UNHEALTHY,
    /// The instance has entered a crash loop. Published once per crash loop, at its start.
    CRASH_LOOPING,
    /// The instance is healthy again after [#UNHEALTHY], or has run for long enough after
    /// [#CRASH_LOOPING].
    RECOVERED,
    /// The process tree has reached `max_memory_restart` or one of the app's `limits`.
    LIMIT,
    /// The number of instances of the app changes. Published once, for an instance that existed
    /// before the change.
    SCALE,
    /// The process file was applied and the spec has changed.
    CONFIG,
    /// The process file was edited, and the edit could not be applied to this instance.
    CONFIG_FAILED
  }
}
