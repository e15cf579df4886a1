package io.jpm.satan.health;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.OfCheck;
import io.jpm.bus.satan.HealthReport.Standing;
import io.jpm.bus.satan.HealthReport.Verdict;
import io.jpm.satan.health.HealthState.Stage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// Records the results of the probes of one process and how long they have been the same. For
/// display only; no decision depends on it. Has no clock: `now` is monotonic nanoseconds. Confined
/// to its [HealthMonitor].
final class ProbeHistory {
  private final Map<ProbeRole, ProbeConfig> rules;
  private final Map<ProbeRole, Since<Verdict>> verdicts = new EnumMap<>(ProbeRole.class);
  private final Map<ProbeRole, String> unheard = new EnumMap<>(ProbeRole.class);
  private HealthState healthState = HealthState.NEW;
  private Since<Standing> standing;

  /// A value and the time since when it has been the same.
  ///
  /// @param what the value
  /// @param nanos the monotonic time at which it became the present value
  private record Since<T>(T what, long nanos) {
    Since<T> or(T present, long now) {
      return what.equals(present) ? this : new Since<>(present, now);
    }

    Duration until(long now) {
      return Duration.ofNanos(Math.max(0, now - nanos));
    }
  }

  /// @param rules the probes of the process
  ProbeHistory(Map<ProbeRole, ProbeConfig> rules, long now) {
    this.rules = Map.copyOf(rules);
    this.standing = new Since<>(Standing.NOT_READY, now);
    rules
        .keySet()
        .forEach(probeRole -> verdicts.put(probeRole, new Since<>(Verdict.NOT_BEGUN, now)));
  }

  /// Records that a passive probe cannot receive its signals.
  void unheard(ProbeRole probeRole, String reason) {
    unheard.put(probeRole, reason);
  }

  /// Records the new state of the process.
  void take(HealthState next, long now) {
    healthState = next;
    standing = standing.or(standing(next), now);
    verdicts.replaceAll((probeRole, since) -> since.or(verdict(probeRole), now));
  }

  private static Standing standing(HealthState healthState) {
    return switch (healthState.stage()) {
      case AWAITED, STARTING, GETTING_READY -> Standing.NOT_READY;
      case RUNNING, LEFT -> healthState.unhealthy() ? Standing.UNHEALTHY : Standing.WELL;
      case DEAD -> Standing.UNHEALTHY;
    };
  }

  private Verdict verdict(ProbeRole probeRole) {
    ProbeState probeState = healthState.pulse(probeRole);
    if (unheard.containsKey(probeRole) && probeState.passes() == 0) {
      return Verdict.UNHEARD;
    } else if (probeState.failures() > 0) {
      return Verdict.FAILING;
    } else if (probeState.passes() > 0) {
      return Verdict.PASSING;
    }
    return switch (healthState.stage()) {
      case AWAITED -> Verdict.NOT_BEGUN;
      case STARTING -> probeRole == ProbeRole.STARTUP ? Verdict.NO_ANSWER : Verdict.NOT_BEGUN;
      case GETTING_READY ->
          probeRole == ProbeRole.LIVENESS ? Verdict.NOT_BEGUN : unasked(probeRole);
      case RUNNING, DEAD, LEFT -> unasked(probeRole);
    };
  }

  /// Returns the verdict of a probe without a result under this daemon. A probe that passed for
  /// good under an earlier daemon is not run again.
  private Verdict unasked(ProbeRole probeRole) {
    boolean asked = rules.containsKey(probeRole) && healthState.pulse(probeRole).due().isPresent();
    boolean passedBefore =
        probeRole == ProbeRole.STARTUP
            || (probeRole == ProbeRole.READINESS && healthState.stage() == Stage.RUNNING);
    return passedBefore && !asked ? Verdict.PASSING : Verdict.NO_ANSWER;
  }

  HealthReport report(long now) {
    return new HealthReport(
        standing.what(),
        standing.until(now),
        of(ProbeRole.STARTUP, now),
        of(ProbeRole.READINESS, now),
        of(ProbeRole.LIVENESS, now));
  }

  private Optional<OfCheck> of(ProbeRole probeRole, long now) {
    Since<Verdict> since = verdicts.get(probeRole);
    ProbeConfig probeConfig = rules.get(probeRole);
    if (since == null || probeConfig == null) {
      return Optional.empty();
    }
    ProbeState probeState = healthState.pulse(probeRole);
    boolean failing = since.what() == Verdict.FAILING;
    return Optional.of(
        new OfCheck(
            since.what(),
            failing ? probeState.failures() : 0,
            probeRole == ProbeRole.STARTUP ? 0 : probeConfig.rhythm().failures(),
            failing ? probeState.finding() : unheard.getOrDefault(probeRole, ""),
            since.until(now)));
  }
}
