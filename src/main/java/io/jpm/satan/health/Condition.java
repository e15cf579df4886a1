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
record Condition(Stage stage, Map<Role, Pulse> pulses, boolean unhealthy, String told) {
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

  static final Condition NEW = new Condition(Stage.AWAITED, Map.of(), false, "");

  Condition {
    pulses = Map.copyOf(pulses);
  }

  Pulse pulse(Role role) {
    return Objects.requireNonNull(pulses.getOrDefault(role, Pulse.NONE));
  }

  /// When something happens next; empty: only when somebody says something.
  OptionalLong due() {
    OptionalLong first = OptionalLong.empty();
    for (Pulse pulse : pulses.values()) {
      OptionalLong due = pulse.due();
      if (first.isEmpty() || (due.isPresent() && due.getAsLong() - first.getAsLong() < 0)) {
        first = due;
      }
    }
    return first;
  }

  boolean over() {
    return stage == Stage.DEAD || stage == Stage.LEFT;
  }

  Condition in(Stage next) {
    return new Condition(next, pulses, unhealthy, told);
  }

  Condition with(Role role, Pulse pulse) {
    Map<Role, Pulse> changed = new EnumMap<>(Role.class);
    changed.putAll(pulses);
    changed.put(role, pulse);
    return new Condition(stage, changed, unhealthy, told);
  }

  Condition unhealthy(boolean now) {
    return new Condition(stage, pulses, now, told);
  }

  Condition told(String reason) {
    return new Condition(stage, pulses, unhealthy, reason);
  }
}
