package io.jpm.web.metrics;

import io.jpm.bus.god.InstanceEvent;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import java.time.Duration;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Counts the causes of restarts and the results of reloads. Only events contain this information.
/// Events before the creation of this object are not counted. The counters of an instance are
/// removed when it is deleted. Confined to one event loop.
public final class EventCounts {
  private final Map<InstanceId, InstanceCounters> tallies = new HashMap<>();

  /// The cause of a restart. If several causes have been observed since the last start, the one
  /// that is declared last is used.
  enum Cause {
    /// The process exited with an exit code.
    EXIT,
    /// The process was terminated by a signal that jpm did not send.
    SIGNAL,
    /// The exit status is unknown.
    UNKNOWN,
    /// The restart was requested by a user, a schedule or a changed file.
    ASKED,
    /// The liveness probe failed.
    UNHEALTHY,
    /// The process exceeded a resource limit.
    LIMIT;

    String keyword() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /// The counters of one instance.
  static final class InstanceCounters {
    private final Map<Cause, Long> restarts = new EnumMap<>(Cause.class);
    private Duration reloadTime = Duration.ZERO;
    private long reloads;
    private long reloadFailures;

    /// When the latest process was started.
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

  /// Updates the counters of the instance to which an event belongs.
  public void count(InstanceEvent event) {
    InstanceId id = event.instance().id();
    if (event.kind() == InstanceEvent.Kind.DELETE) {
      tallies.remove(id);
      return;
    }
    InstanceCounters instanceCounters = tallies.computeIfAbsent(id, _ -> new InstanceCounters());
    switch (event.kind()) {
      case START -> instanceCounters.started = Optional.of(event.at());
      case RESTART -> {
        instanceCounters.restarts.merge(
            instanceCounters.cause(event.instance().lastExit()), 1L, Long::sum);
        instanceCounters.begin(event.at());
      }
      case STOPPING -> instanceCounters.asked = true;
      case UNHEALTHY -> instanceCounters.unhealthy = true;
      case RECOVERED -> instanceCounters.unhealthy = false;
      case LIMIT -> instanceCounters.limited = true;
      case RELOAD -> {
        instanceCounters.reloads++;
        instanceCounters.started.ifPresent(from ->
            instanceCounters.reloadTime =
                instanceCounters.reloadTime.plus(Duration.between(from, event.at())));
        instanceCounters.begin(event.at());
      }
      case RELOAD_FAILED -> instanceCounters.reloadFailures++;
      case STOP, ERRORED -> instanceCounters.begin(event.at());
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
        // Not counted.
      }
    }
  }

  /// Returns the counters of an instance, which are zero if no event has been counted for it.
  InstanceCounters of(InstanceId id) {
    return tallies.getOrDefault(id, new InstanceCounters());
  }
}
