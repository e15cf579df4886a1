package io.jpm.satan.health;

import io.jpm.satan.health.HealthState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decides which probes of one process run and what their results mean. Pure function: no clock, no
/// timer.
///
/// The startup probe must pass once before any other probe runs. Then the readiness probe must pass
/// once; until then it runs at least twice a second. From then on the liveness probe runs too. It
/// does not run earlier, because a process that never becomes ready is ended for that reason, and
/// one that starts slowly must not be taken for dead.
///
/// A process that was ready becomes unhealthy when its readiness probe reaches its failure
/// threshold, and dead, finally, when its liveness probe does. A passive probe passes startup and
/// readiness for good with one signal; for liveness, a signal must arrive in each interval.
///
/// @param rules the settings of the probes
record ProbeStateMachine(Map<ProbeRole, ProbeConfig> rules) {
  ProbeStateMachine {
    rules = Map.copyOf(rules);
  }

  /// Returns a state machine without a probe that cannot run.
  ProbeStateMachine without(ProbeRole probeRole) {
    Map<ProbeRole, ProbeConfig> others = new EnumMap<>(ProbeRole.class);
    others.putAll(rules);
    others.remove(probeRole);
    return new ProbeStateMachine(others);
  }

  /// The result of one event.
  record Step(HealthState next, List<HealthEffect> orders) {
    Step {
      orders = List.copyOf(orders);
    }
  }

  /// Returns the new state and the effects of `healthEvent`.
  ///
  /// @param healthState the present state
  /// @param now monotonic time in nanoseconds
  Step step(HealthState healthState, HealthEvent healthEvent, long now) {
    if (healthState.over()) {
      return new Step(healthState, List.of());
    }
    var walk = new Walk(healthState, now);
    switch (healthEvent) {
      case HealthEvent.Began(boolean ready) -> walk.begin(ready);
      case HealthEvent.Tick() -> walk.look();
      case HealthEvent.Answered(ProbeRole probeRole, long attempt, ProbeResult probeResult) ->
          walk.answered(probeRole, attempt, probeResult);
      case HealthEvent.Heard(ProbeRole probeRole) -> walk.heard(probeRole);
      case HealthEvent.Unheard(ProbeRole probeRole, String reason) ->
          walk.unheard(probeRole, reason);
      case HealthEvent.Failing(String reason) -> walk.failing(reason);
      case HealthEvent.Left() -> walk.end(Stage.LEFT);
    }
    return new Step(walk.healthState, walk.orders);
  }

  /// Reports whether a probe determines when the instance is ready.
  private boolean gates() {
    return rules.containsKey(ProbeRole.STARTUP) || rules.containsKey(ProbeRole.READINESS);
  }

  /// The intermediate results of one step. Confined to [#step].
  private final class Walk {
    private final long now;
    private final List<HealthEffect> orders = new ArrayList<>();
    private HealthState healthState;

    Walk(HealthState healthState, long now) {
      this.healthState = healthState;
      this.now = now;
    }

    void begin(boolean ready) {
      if (healthState.stage() != Stage.AWAITED) {
        return;
      }
      boolean gated = gates() && !ready;
      if (gated && rules.containsKey(ProbeRole.STARTUP)) {
        healthState = healthState.in(Stage.STARTING);
        open(ProbeRole.STARTUP);
      } else {
        started(!gated);
      }
    }

    /// Continues after the startup probe has passed, or if there is none.
    private void started(boolean wasReady) {
      if (rules.containsKey(ProbeRole.READINESS)) {
        healthState = healthState.in(wasReady ? Stage.RUNNING : Stage.GETTING_READY);
        open(ProbeRole.READINESS);
        if (wasReady) {
          watch();
        }
      } else {
        run(!wasReady);
      }
    }

    private void run(boolean told) {
      healthState = healthState.in(Stage.RUNNING);
      if (told) {
        orders.add(new HealthEffect.SayReady());
      }
      watch();
    }

    /// Starts the liveness probe.
    private void watch() {
      rule(ProbeRole.LIVENESS)
          .ifPresent(probeConfig -> {
            Duration first = probeConfig.asks() ? Duration.ZERO : probeConfig.rhythm().interval();
            put(
                ProbeRole.LIVENESS,
                pulse(ProbeRole.LIVENESS)
                    .heard(false)
                    .due(after(probeConfig.rhythm().delay().plus(first))));
          });
    }

    private void open(ProbeRole probeRole) {
      Optional<ProbeConfig> probeConfig = rule(probeRole);
      if (probeConfig.isEmpty()) {
        return;
      }
      if (probeConfig.get().asks()) {
        put(probeRole, pulse(probeRole).due(after(probeConfig.get().rhythm().delay())));
      } else if (healthState.stage() != Stage.RUNNING && pulse(probeRole).heard()) {
        passedGate(probeRole);
      }
    }

    void look() {
      // Liveness first: no further probe runs for a dead process.
      for (ProbeRole probeRole :
          List.of(ProbeRole.LIVENESS, ProbeRole.READINESS, ProbeRole.STARTUP)) {
        if (!healthState.over()) {
          rule(probeRole)
              .filter(_ -> pulse(probeRole).isDue(now))
              .ifPresent(probeConfig -> due(probeRole, probeConfig));
        }
      }
    }

    private void due(ProbeRole probeRole, ProbeConfig probeConfig) {
      ProbeState probeState = pulse(probeRole);
      if (!probeConfig.asks()) {
        put(probeRole, probeState.heard(false).due(after(probeConfig.rhythm().interval())));
        found(
            probeRole,
            probeState.heard()
                ? new ProbeResult.Passed()
                : new ProbeResult.Failed(probeConfig.silence()));
      } else if (probeState.asking()) {
        orders.add(new HealthEffect.GiveUp(probeRole, probeState.attempt()));
        concluded(probeRole, new ProbeResult.Failed(probeConfig.silence()));
      } else {
        ProbeState state = probeState.asked(now, after(probeConfig.rhythm().timeout()));
        put(probeRole, state);
        orders.add(new HealthEffect.Ask(probeRole, state.attempt()));
      }
    }

    void answered(ProbeRole probeRole, long attempt, ProbeResult probeResult) {
      ProbeState probeState = pulse(probeRole);
      if (probeState.asking() && probeState.attempt() == attempt) {
        concluded(probeRole, probeResult);
      }
    }

    /// Ends an attempt and schedules the next one.
    private void concluded(ProbeRole probeRole, ProbeResult probeResult) {
      boolean passed = probeRole == ProbeRole.LIVENESS || healthState.stage() == Stage.RUNNING;
      long next =
          pulse(probeRole).askedAt()
              + rule(probeRole)
                  .map(probeConfig -> probeConfig.pace(passed))
                  .orElse(Duration.ZERO)
                  .toNanos();
      put(probeRole, pulse(probeRole).due(next - now > 0 ? next : now));
      found(probeRole, probeResult);
    }

    private void found(ProbeRole probeRole, ProbeResult probeResult) {
      put(probeRole, pulse(probeRole).found(probeResult));
      switch (probeRole) {
        case STARTUP -> gate(probeRole, probeResult);
        case READINESS -> {
          if (healthState.stage() == Stage.RUNNING) {
            judgeReadiness();
          } else {
            gate(probeRole, probeResult);
          }
        }
        case LIVENESS -> judgeLiveness();
      }
    }

    private void gate(ProbeRole probeRole, ProbeResult probeResult) {
      switch (probeResult) {
        case ProbeResult.Failed(String reason) -> notYet(reason);
        case ProbeResult.Passed() -> {
          if (pulse(probeRole).passes()
              >= rule(probeRole).map(r -> r.rhythm().successes()).orElse(1)) {
            passedGate(probeRole);
          }
        }
      }
    }

    private void passedGate(ProbeRole probeRole) {
      if (probeRole == ProbeRole.STARTUP) {
        put(probeRole, pulse(probeRole).over());
        started(false);
        return;
      }
      rule(probeRole)
          .filter(ProbeConfig::asks)
          .ifPresent(probeConfig ->
              put(
                  probeRole,
                  pulse(probeRole)
                      .due(pulse(probeRole).askedAt() + probeConfig.pace(true).toNanos())));
      run(true);
    }

    private void notYet(String reason) {
      if (!reason.equals(healthState.told())) {
        healthState = healthState.told(reason);
        orders.add(new HealthEffect.SayNotYet(reason));
      }
    }

    private void judgeReadiness() {
      ProbeConfig probeConfig = rule(ProbeRole.READINESS).orElseThrow();
      ProbeState probeState = pulse(ProbeRole.READINESS);
      if (!healthState.unhealthy() && probeState.failures() >= probeConfig.rhythm().failures()) {
        healthState = healthState.unhealthy(true);
        orders.add(new HealthEffect.SayUnhealthy(inARow(probeState)));
      } else if (healthState.unhealthy()
          && probeState.passes() >= probeConfig.rhythm().successes()) {
        healthState = healthState.unhealthy(false);
        orders.add(new HealthEffect.SayRecovered());
      }
    }

    private void judgeLiveness() {
      ProbeState probeState = pulse(ProbeRole.LIVENESS);
      if (probeState.failures() >= rule(ProbeRole.LIVENESS).orElseThrow().rhythm().failures()) {
        die(inARow(probeState));
      }
    }

    void failing(String reason) {
      if (healthState.stage() != Stage.AWAITED && rules.containsKey(ProbeRole.LIVENESS)) {
        die(reason);
      }
    }

    private void die(String reason) {
      if (healthState.stage() == Stage.RUNNING && !healthState.unhealthy()) {
        healthState = healthState.unhealthy(true);
        orders.add(new HealthEffect.SayUnhealthy(reason));
      }
      orders.add(new HealthEffect.SayDead(reason));
      end(Stage.DEAD);
    }

    private static String inARow(ProbeState probeState) {
      return probeState.failures() == 1
          ? probeState.finding()
          : "%s, %d times in a row".formatted(probeState.finding(), probeState.failures());
    }

    void heard(ProbeRole probeRole) {
      Optional<ProbeConfig> probeConfig = rule(probeRole).filter(it -> !it.asks());
      if (probeConfig.isEmpty()) {
        return;
      }
      put(probeRole, pulse(probeRole).heard(true));
      boolean awaited =
          switch (probeRole) {
            case STARTUP -> healthState.stage() == Stage.STARTING;
            case READINESS -> healthState.stage() == Stage.GETTING_READY;
            case LIVENESS -> false;
          };
      if (awaited) {
        found(probeRole, new ProbeResult.Passed());
      }
    }

    /// A startup or readiness probe that cannot receive signals will not pass. A liveness probe
    /// without signals proves nothing, so it has been removed with [ProbeStateMachine#without].
    void unheard(ProbeRole probeRole, String reason) {
      if (rules.get(probeRole) == null) {
        put(probeRole, pulse(probeRole).over());
      } else if (probeRole != ProbeRole.LIVENESS && healthState.stage() != Stage.RUNNING) {
        notYet(reason);
      }
    }

    void end(Stage stage) {
      for (ProbeRole probeRole : ProbeRole.values()) {
        ProbeState probeState = pulse(probeRole);
        if (probeState.asking()) {
          orders.add(new HealthEffect.GiveUp(probeRole, probeState.attempt()));
        }
        put(probeRole, probeState.over());
      }
      healthState = healthState.in(stage);
    }

    private Optional<ProbeConfig> rule(ProbeRole probeRole) {
      return Optional.ofNullable(rules.get(probeRole));
    }

    private ProbeState pulse(ProbeRole probeRole) {
      return healthState.pulse(probeRole);
    }

    private void put(ProbeRole probeRole, ProbeState probeState) {
      healthState = healthState.with(probeRole, probeState);
    }

    private long after(Duration time) {
      return now + time.toNanos();
    }
  }
}
