package io.jpm.satan.health;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.ProbeReport;
import io.jpm.bus.satan.HealthReport.Status;
import io.jpm.bus.satan.HealthReport.Verdict;
import io.jpm.satan.health.HealthState.Stage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Records the results of the probes of one process, and since when each result has been the same.
/// For display only; no decision depends on it. The parameter `now` is the monotonic time in
/// nanoseconds. Confined to its [HealthMonitor].
final class ProbeHistory {
  private final Map<ProbeKind, ProbeConfig> rules;
  private final Map<ProbeKind, TimedValue<Verdict>> verdicts = new EnumMap<>(ProbeKind.class);
  private final Map<ProbeKind, String> unheard = new EnumMap<>(ProbeKind.class);
  private HealthState healthState = HealthState.NEW;
  private TimedValue<Status> standing;

  /// A value and the time since which it has been the same.
  ///
  /// @param value the value
  /// @param nanos the monotonic time at which the value was first seen
  private record TimedValue<T>(T value, long nanos) {
    TimedValue<T> or(T present, long now) {
      return value.equals(present) ? this : new TimedValue<>(present, now);
    }

    Duration until(long now) {
      return Duration.ofNanos(Math.max(0, now - nanos));
    }
  }

  /// @param rules the settings of the probes of the process
  ProbeHistory(Map<ProbeKind, ProbeConfig> rules, long now) {
    this.rules = Map.copyOf(rules);
    this.standing = new TimedValue<>(Status.NOT_READY, now);
    rules
        .keySet()
        .forEach(probeKind -> verdicts.put(probeKind, new TimedValue<>(Verdict.NOT_BEGUN, now)));
  }

  /// Records that the signals of a passive probe cannot be received.
  void signalUnavailable(ProbeKind probeKind, String reason) {
    unheard.put(probeKind, reason);
  }

  /// Records the new state of the process.
  void update(HealthState next, long now) {
    healthState = next;
    standing = standing.or(standing(next), now);
    verdicts.replaceAll((probeKind, timedValue) -> timedValue.or(verdict(probeKind), now));
  }

  private static Status standing(HealthState healthState) {
    return switch (healthState.stage()) {
      case AWAITED, STARTING, GETTING_READY -> Status.NOT_READY;
      case RUNNING, LEFT -> healthState.unhealthy() ? Status.UNHEALTHY : Status.WELL;
      case DEAD -> Status.UNHEALTHY;
    };
  }

  private Verdict verdict(ProbeKind probeKind) {
    ProbeState probeState = healthState.probe(probeKind);
    if (unheard.containsKey(probeKind) && probeState.passes() == 0) {
      return Verdict.UNAVAILABLE;
    } else if (probeState.failures() > 0) {
      return Verdict.FAILING;
    } else if (probeState.passes() > 0) {
      return Verdict.PASSING;
    }
    return switch (healthState.stage()) {
      case AWAITED -> Verdict.NOT_BEGUN;
      case STARTING -> probeKind == ProbeKind.STARTUP ? Verdict.NO_ANSWER : Verdict.NOT_BEGUN;
      case GETTING_READY ->
          probeKind == ProbeKind.LIVENESS ? Verdict.NOT_BEGUN : unasked(probeKind);
      case RUNNING, DEAD, LEFT -> unasked(probeKind);
    };
  }

  /// Returns the verdict for a probe without a result under this daemon. A probe that passed
  /// permanently under an earlier daemon is not run again.
  private Verdict unasked(ProbeKind probeKind) {
    boolean asked = rules.containsKey(probeKind) && healthState.probe(probeKind).due().isPresent();
    boolean passedBefore =
        probeKind == ProbeKind.STARTUP
            || (probeKind == ProbeKind.READINESS && healthState.stage() == Stage.RUNNING);
    return passedBefore && !asked ? Verdict.PASSING : Verdict.NO_ANSWER;
  }

  HealthReport report(long now) {
    return new HealthReport(
        standing.value(),
        standing.until(now),
        of(ProbeKind.STARTUP, now),
        of(ProbeKind.READINESS, now),
        of(ProbeKind.LIVENESS, now));
  }

  private Optional<ProbeReport> of(ProbeKind probeKind, long now) {
    TimedValue<Verdict> timedValue = verdicts.get(probeKind);
    ProbeConfig probeConfig = rules.get(probeKind);
    if (timedValue == null || probeConfig == null) {
      return Optional.empty();
    }
    ProbeState probeState = healthState.probe(probeKind);
    boolean failing = timedValue.value() == Verdict.FAILING;
    return Optional.of(
        new ProbeReport(
            timedValue.value(),
            failing ? probeState.failures() : 0,
            probeKind == ProbeKind.STARTUP ? 0 : probeConfig.timing().failures(),
            failing ? probeState.failureReason() : unheard.getOrDefault(probeKind, ""),
            timedValue.until(now)));
  }
}
