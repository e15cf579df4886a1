package io.jpm.satan.health;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/// The state of the health state machine of one process.
///
/// @param stage the lifecycle stage of the process
/// @param probes the states of its probes
/// @param unhealthy whether the process was reported as unhealthy
/// @param reportedReason the last reported reason why the process is not ready yet; empty if none
///   has been reported
record HealthState(
    Stage stage, Map<ProbeKind, ProbeState> probes, boolean unhealthy, String reportedReason) {
  /// The lifecycle stages of a monitored process.
  enum Stage {
    /// The process has not started yet.
    AWAITED,
    /// The startup probe has not passed yet.
    STARTING,
    /// The readiness probe has not passed yet.
    GETTING_READY,
    /// The process has been ready at least once, or has no probe that determines its readiness.
    RUNNING,
    /// The liveness probe has failed. No further attempts are made.
    DEAD,
    /// The process is no longer monitored.
    LEFT
  }

  static final HealthState NEW = new HealthState(Stage.AWAITED, Map.of(), false, "");

  HealthState {
    probes = Map.copyOf(probes);
  }

  ProbeState probe(ProbeKind probeKind) {
    return Objects.requireNonNull(probes.getOrDefault(probeKind, ProbeState.NONE));
  }

  /// Returns the time at which the first probe is due; empty if only an event can change the state.
  OptionalLong due() {
    OptionalLong first = OptionalLong.empty();
    for (ProbeState probeState : probes.values()) {
      OptionalLong due = probeState.due();
      if (first.isEmpty() || (due.isPresent() && due.getAsLong() - first.getAsLong() < 0)) {
        first = due;
      }
    }
    return first;
  }

  boolean isOver() {
    return stage == Stage.DEAD || stage == Stage.LEFT;
  }

  HealthState withStage(Stage next) {
    return new HealthState(next, probes, unhealthy, reportedReason);
  }

  HealthState with(ProbeKind probeKind, ProbeState probeState) {
    Map<ProbeKind, ProbeState> changed = new EnumMap<>(ProbeKind.class);
    changed.putAll(probes);
    changed.put(probeKind, probeState);
    return new HealthState(stage, changed, unhealthy, reportedReason);
  }

  HealthState unhealthy(boolean now) {
    return new HealthState(stage, probes, now, reportedReason);
  }

  HealthState withReportedReason(String reason) {
    return new HealthState(stage, probes, unhealthy, reason);
  }
}
