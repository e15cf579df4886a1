package io.jpm.web.metrics;

import io.jpm.bus.god.InstanceEvent;
import io.jpm.model.run.Exit;
import io.jpm.model.run.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Counts what only events tell: why instances were started again, and how reloads went. What was
/// before the first event is not known. It forgets an instance that is deleted. Owned by one event
/// loop.
public final class EventCounts {
  private final Map<InstanceId, Tally> tallies = new HashMap<>();

  /// Why an instance was started again: the first of these that has been seen since its start,
  /// reading from the last to the first.
  enum Cause {
    /// Its process ended with a code.
    EXIT,
    /// A signal that jpm has not sent ended it.
    SIGNAL,
    /// The kernel did not tell how it ended.
    UNKNOWN,
    /// Somebody, a schedule or a changed file asked for it.
    ASKED,
    /// It failed its liveness check.
    UNHEALTHY,
    /// It used more than it may.
    LIMIT;

    String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The counts of one instance.
  static final class Tally {
    private final Map<Cause, Long> restarts = new EnumMap<>(Cause.class);
    private Duration reloadTime = Duration.ZERO;
    private long reloads;
    private long reloadFailures;

    /// When its latest process began to be made.
    private Optional<Instant> started = Optional.empty();

    private boolean asked;
    private boolean unhealthy;
    private boolean limited;

    Map<Cause, Long> restarts() {
      return restarts;
    }

    Duration reloadTime() {
      return reloadTime;
    }

    long reloads() {
      return reloads;
    }

    long reloadFailures() {
      return reloadFailures;
    }

    private void begin(Instant at) {
      started = Optional.of(at);
      asked = false;
      unhealthy = false;
      limited = false;
    }

    private Cause cause(Optional<Exit> exit) {
      if (limited) {
        return Cause.LIMIT;
      }
      if (unhealthy) {
        return Cause.UNHEALTHY;
      }
      return asked
          ? Cause.ASKED
          : exit.map(it ->
                  switch (it) {
                    case Exit.Code _ -> Cause.EXIT;
                    case Exit.Signalled _ -> Cause.SIGNAL;
                    case Exit.Unknown _ -> Cause.UNKNOWN;
                  })
              .orElse(Cause.UNKNOWN);
    }
  }

  /// Something has happened.
  public void count(InstanceEvent event) {
    InstanceId id = event.instance().id();
    if (event.kind() == InstanceEvent.Kind.DELETE) {
      tallies.remove(id);
      return;
    }
    Tally tally = tallies.computeIfAbsent(id, _ -> new Tally());
    switch (event.kind()) {
      case START -> tally.started = Optional.of(event.at());
      case RESTART -> {
        tally.restarts.merge(tally.cause(event.instance().lastExit()), 1L, Long::sum);
        tally.begin(event.at());
      }
      case STOPPING -> tally.asked = true;
      case UNHEALTHY -> tally.unhealthy = true;
      case RECOVERED -> tally.unhealthy = false;
      case LIMIT -> tally.limited = true;
      case RELOAD -> {
        tally.reloads++;
        tally.started.ifPresent(
            from -> tally.reloadTime = tally.reloadTime.plus(Duration.between(from, event.at())));
        tally.begin(event.at());
      }
      case RELOAD_FAILED -> tally.reloadFailures++;
      case STOP, ERRORED -> tally.begin(event.at());
      case READY,
          ONLINE,
          EXIT,
          CRASH_LOOPING,
          SCALE,
          ADOPT,
          CONFIG,
          CONFIG_FAILED,
          DELETE,
          RELOAD_GAP -> {
        // Nothing that is counted.
      }
    }
  }

  /// The counts of an instance, nothing where nothing has happened.
  Tally of(InstanceId id) {
    return tallies.getOrDefault(id, new Tally());
  }
}
