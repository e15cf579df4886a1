package io.jpm.bus.god;

import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import io.jpm.wire.EventMessage;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;

/// Something happened to an instance.
///
/// @param kind what, in one word of [Kind]
/// @param instance the instance just after it
/// @param at wall clock
/// @param expected of an [Kind#EXIT]: whether jpm ended the process, see [EventMessage#expected]
public record InstanceEvent(Kind kind, InstanceView instance, Instant at, boolean expected)
    implements NumberedMessage {
  /// Anything but an [Kind#EXIT] that was expected.
  public InstanceEvent(Kind kind, InstanceView instance, Instant at) {
    this(kind, instance, at, false);
  }

  @Override
  public EventMessage outside(long sequence) {
    Optional<Exit> exit = kind == Kind.EXIT ? instance.lastExit() : Optional.empty();
    return new EventMessage(
        sequence,
        kind.name().toLowerCase(Locale.ROOT),
        instance.spec().name().value(),
        instance.id().value(),
        instance.process().map(ProcessIdentity::pid).orElse(0),
        instance.phase().word(),
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

  /// What can happen. The words on the wire are these in lower case.
  public enum Kind {
    START,
    ONLINE,
    /// It has said that it is ready, or its checks have: only of apps of which somebody tells.
    /// [#ONLINE] follows, or [#RELOAD] when it is a reload's new process.
    READY,
    EXIT,
    RESTART,
    STOPPING,
    STOP,
    ERRORED,
    DELETE,
    ADOPT,
    /// A reload has put a new process in the place of the former one.
    RELOAD,
    /// A reload's new process did not get ready; the former one stays.
    RELOAD_FAILED,
    /// A reload restarts it, since no second process can listen beside it; told before, with the
    /// reason, and after, with the length of the gap.
    RELOAD_GAP,
    /// It runs, but its readiness or liveness check fails.
    UNHEALTHY,
    /// It fails again and again; told once, when that begins.
    CRASH_LOOPING,
    /// It is well again after [#UNHEALTHY], or has run for long enough after [#CRASH_LOOPING].
    RECOVERED,
    /// It uses more than a limit allows.
    LIMIT,
    /// Its app gets another number of instances; told of one that is there before.
    SCALE,
    /// Its process file has been applied, and it is described otherwise now.
    CONFIG,
    /// Its process file has been edited, and that could not be applied to it.
    CONFIG_FAILED
  }
}
