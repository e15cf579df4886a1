package io.jpm.satan.health;

import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;

/// All that decides what is asked next of one process, and what is said of it.
///
/// @param stage how far it has come
/// @param pulses its checks
/// @param unhealthy whether it was said to be so
/// @param told why it is not ready yet, as was said last; empty: nothing was
record HealthState(Stage stage, Map<ProbeRole, ProbeState> pulses, boolean unhealthy, String told) {
  /// How far a process has come.
  enum Stage {
    /// It is not there yet.
    AWAITED,
    /// Startup has not passed.
    STARTING,
    /// Readiness has not passed yet.
    GETTING_READY,
    /// It was ready, or nothing tells whether it is.
    RUNNING,
    /// Liveness has failed. Nothing more is asked.
    DEAD,
    /// Nobody wants to know any more.
    LEFT
  }

  static final HealthState NEW = new HealthState(Stage.AWAITED, Map.of(), false, "");

  HealthState {
    pulses = Map.copyOf(pulses);
  }

  ProbeState pulse(ProbeRole probeRole) {
    return Objects.requireNonNull(pulses.getOrDefault(probeRole, ProbeState.NONE));
  }

  /// When something happens next; empty: only when somebody says something.
  OptionalLong due() {
    OptionalLong first = OptionalLong.empty();
    for (ProbeState probeState : pulses.values()) {
      OptionalLong due = probeState.due();
      if (first.isEmpty() || (due.isPresent() && due.getAsLong() - first.getAsLong() < 0)) {
        first = due;
      }
    }
    return first;
  }

  boolean over() {
    return stage == Stage.DEAD || stage == Stage.LEFT;
  }

  HealthState in(Stage next) {
    return new HealthState(next, pulses, unhealthy, told);
  }

  HealthState with(ProbeRole probeRole, ProbeState probeState) {
    Map<ProbeRole, ProbeState> changed = new EnumMap<>(ProbeRole.class);
    changed.putAll(pulses);
    changed.put(probeRole, probeState);
    return new HealthState(stage, changed, unhealthy, told);
  }

  HealthState unhealthy(boolean now) {
    return new HealthState(stage, pulses, now, told);
  }

  HealthState told(String reason) {
    return new HealthState(stage, pulses, unhealthy, reason);
  }
}
