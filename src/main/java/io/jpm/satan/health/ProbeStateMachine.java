package io.jpm.satan.health;

import io.jpm.satan.health.HealthState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decides which probes of one process run and what their results mean. The decision is a pure
/// function: it uses no clock and no timer.
///
/// The startup probe must pass once before any other probe runs. Then the readiness probe must pass
/// once; until then, it runs at least twice per second. From then on, the liveness probe also runs.
/// It does not run earlier, because a process that starts slowly must not be considered dead. If a
/// process never becomes ready, its start fails with a timeout.
///
/// A process that was ready becomes unhealthy when its readiness probe reaches its failure
/// threshold. It becomes dead, permanently, when its liveness probe reaches its failure threshold.
/// For startup and readiness, a passive probe passes permanently with one signal. For liveness, a
/// signal must arrive in each interval.
///
/// @param rules the settings of the probes
record ProbeStateMachine(Map<ProbeKind, ProbeConfig> rules) {
  ProbeStateMachine {
    rules = Map.copyOf(rules);
  }

  /// Returns a copy without this probe, because the probe cannot run.
  ProbeStateMachine without(ProbeKind probeKind) {
    Map<ProbeKind, ProbeConfig> others = new EnumMap<>(ProbeKind.class);
    others.putAll(rules);
    others.remove(probeKind);
    return new ProbeStateMachine(others);
  }

  /// The new state and the effects that result from one event.
  record Step(HealthState next, List<HealthEffect> orders) {
    Step {
      orders = List.copyOf(orders);
    }
  }

  /// Returns the new state and the effects of `healthEvent`.
  ///
  /// @param healthState the current state
  /// @param now the monotonic time in nanoseconds
  Step step(HealthState healthState, HealthEvent healthEvent, long now) {
    if (healthState.isOver()) {
      return new Step(healthState, List.of());
    }
    var walk = new Walk(healthState, now);
    switch (healthEvent) {
      case HealthEvent.ProcessStarted(boolean ready) -> walk.begin(ready);
      case HealthEvent.Tick() -> walk.look();
      case HealthEvent.AttemptFinished(
              ProbeKind probeKind,
              long attempt,
              ProbeResult probeResult) ->
          walk.answered(probeKind, attempt, probeResult);
      case HealthEvent.SignalReceived(ProbeKind probeKind) -> walk.heard(probeKind);
      case HealthEvent.SignalUnavailable(ProbeKind probeKind, String reason) ->
          walk.unheard(probeKind, reason);
      case HealthEvent.Failing(String reason) -> walk.failing(reason);
      case HealthEvent.Stopped() -> walk.end(Stage.LEFT);
    }
    return new Step(walk.healthState, walk.orders);
  }

  /// Reports whether a probe determines when the instance is ready.
  private boolean gates() {
    return rules.containsKey(ProbeKind.STARTUP) || rules.containsKey(ProbeKind.READINESS);
  }

  /// The intermediate results of one step, used only by [#step].
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
      if (gated && rules.containsKey(ProbeKind.STARTUP)) {
        healthState = healthState.withStage(Stage.STARTING);
        open(ProbeKind.STARTUP);
      } else {
        started(!gated);
      }
    }

    /// Starts the remaining probes, because the startup probe has passed or there is none.
    private void started(boolean wasReady) {
      if (rules.containsKey(ProbeKind.READINESS)) {
        healthState = healthState.withStage(wasReady ? Stage.RUNNING : Stage.GETTING_READY);
        open(ProbeKind.READINESS);
        if (wasReady) {
          watch();
        }
      } else {
        run(!wasReady);
      }
    }

    private void run(boolean told) {
      healthState = healthState.withStage(Stage.RUNNING);
      if (told) {
        orders.add(new HealthEffect.ReportReady());
      }
      watch();
    }

    /// Starts the liveness probe.
    private void watch() {
      rule(ProbeKind.LIVENESS)
          .ifPresent(probeConfig -> {
            Duration first =
                probeConfig.isActive() ? Duration.ZERO : probeConfig.timing().interval();
            put(
                ProbeKind.LIVENESS,
                pulse(ProbeKind.LIVENESS)
                    .withSignalled(false)
                    .due(after(probeConfig.timing().delay().plus(first))));
          });
    }

    private void open(ProbeKind probeKind) {
      Optional<ProbeConfig> probeConfig = rule(probeKind);
      if (probeConfig.isEmpty()) {
        return;
      }
      if (probeConfig.get().isActive()) {
        put(probeKind, pulse(probeKind).due(after(probeConfig.get().timing().delay())));
      } else if (healthState.stage() != Stage.RUNNING && pulse(probeKind).signalled()) {
        passedGate(probeKind);
      }
    }

    void look() {
      // Liveness first: no other probe runs for a dead process.
      for (ProbeKind probeKind :
          List.of(ProbeKind.LIVENESS, ProbeKind.READINESS, ProbeKind.STARTUP)) {
        if (!healthState.isOver()) {
          rule(probeKind)
              .filter(_ -> pulse(probeKind).isDue(now))
              .ifPresent(probeConfig -> due(probeKind, probeConfig));
        }
      }
    }

    private void due(ProbeKind probeKind, ProbeConfig probeConfig) {
      ProbeState probeState = pulse(probeKind);
      if (!probeConfig.isActive()) {
        put(probeKind, probeState.withSignalled(false).due(after(probeConfig.timing().interval())));
        found(
            probeKind,
            probeState.signalled()
                ? new ProbeResult.Passed()
                : new ProbeResult.Failed(probeConfig.timeoutMessage()));
      } else if (probeState.inFlight()) {
        orders.add(new HealthEffect.CancelAttempt(probeKind, probeState.attempt()));
        concluded(probeKind, new ProbeResult.Failed(probeConfig.timeoutMessage()));
      } else {
        ProbeState state = probeState.attemptStarted(now, after(probeConfig.timing().timeout()));
        put(probeKind, state);
        orders.add(new HealthEffect.StartAttempt(probeKind, state.attempt()));
      }
    }

    void answered(ProbeKind probeKind, long attempt, ProbeResult probeResult) {
      ProbeState probeState = pulse(probeKind);
      if (probeState.inFlight() && probeState.attempt() == attempt) {
        concluded(probeKind, probeResult);
      }
    }

    /// Ends an attempt and schedules the next one.
    private void concluded(ProbeKind probeKind, ProbeResult probeResult) {
      boolean passed = probeKind == ProbeKind.LIVENESS || healthState.stage() == Stage.RUNNING;
      long next =
          pulse(probeKind).attemptedAt()
              + rule(probeKind)
                  .map(probeConfig -> probeConfig.nextInterval(passed))
                  .orElse(Duration.ZERO)
                  .toNanos();
      put(probeKind, pulse(probeKind).due(next - now > 0 ? next : now));
      found(probeKind, probeResult);
    }

    private void found(ProbeKind probeKind, ProbeResult probeResult) {
      put(probeKind, pulse(probeKind).completed(probeResult));
      switch (probeKind) {
        case STARTUP -> gate(probeKind, probeResult);
        case READINESS -> {
          if (healthState.stage() == Stage.RUNNING) {
            judgeReadiness();
          } else {
            gate(probeKind, probeResult);
          }
        }
        case LIVENESS -> judgeLiveness();
      }
    }

    private void gate(ProbeKind probeKind, ProbeResult probeResult) {
      switch (probeResult) {
        case ProbeResult.Failed(String reason) -> notYet(reason);
        case ProbeResult.Passed() -> {
          if (pulse(probeKind).passes()
              >= rule(probeKind).map(r -> r.timing().successes()).orElse(1)) {
            passedGate(probeKind);
          }
        }
      }
    }

    private void passedGate(ProbeKind probeKind) {
      if (probeKind == ProbeKind.STARTUP) {
        put(probeKind, pulse(probeKind).finished());
        started(false);
        return;
      }
      rule(probeKind)
          .filter(ProbeConfig::isActive)
          .ifPresent(probeConfig ->
              put(
                  probeKind,
                  pulse(probeKind)
                      .due(
                          pulse(probeKind).attemptedAt()
                              + probeConfig.nextInterval(true).toNanos())));
      run(true);
    }

    private void notYet(String reason) {
      if (!reason.equals(healthState.reportedReason())) {
        healthState = healthState.withReportedReason(reason);
        orders.add(new HealthEffect.ReportNotReady(reason));
      }
    }

    private void judgeReadiness() {
      ProbeConfig probeConfig = rule(ProbeKind.READINESS).orElseThrow();
      ProbeState probeState = pulse(ProbeKind.READINESS);
      if (!healthState.unhealthy() && probeState.failures() >= probeConfig.timing().failures()) {
        healthState = healthState.unhealthy(true);
        orders.add(new HealthEffect.ReportUnhealthy(inARow(probeState)));
      } else if (healthState.unhealthy()
          && probeState.passes() >= probeConfig.timing().successes()) {
        healthState = healthState.unhealthy(false);
        orders.add(new HealthEffect.ReportRecovered());
      }
    }

    private void judgeLiveness() {
      ProbeState probeState = pulse(ProbeKind.LIVENESS);
      if (probeState.failures() >= rule(ProbeKind.LIVENESS).orElseThrow().timing().failures()) {
        die(inARow(probeState));
      }
    }

    void failing(String reason) {
      if (healthState.stage() != Stage.AWAITED && rules.containsKey(ProbeKind.LIVENESS)) {
        die(reason);
      }
    }

    private void die(String reason) {
      if (healthState.stage() == Stage.RUNNING && !healthState.unhealthy()) {
        healthState = healthState.unhealthy(true);
        orders.add(new HealthEffect.ReportUnhealthy(reason));
      }
      orders.add(new HealthEffect.ReportDead(reason));
      end(Stage.DEAD);
    }

    private static String inARow(ProbeState probeState) {
      return probeState.failures() == 1
          ? probeState.failureReason()
          : "%s, %d times in a row".formatted(probeState.failureReason(), probeState.failures());
    }

    void heard(ProbeKind probeKind) {
      Optional<ProbeConfig> probeConfig = rule(probeKind).filter(it -> !it.isActive());
      if (probeConfig.isEmpty()) {
        return;
      }
      put(probeKind, pulse(probeKind).withSignalled(true));
      boolean awaited =
          switch (probeKind) {
            case STARTUP -> healthState.stage() == Stage.STARTING;
            case READINESS -> healthState.stage() == Stage.GETTING_READY;
            case LIVENESS -> false;
          };
      if (awaited) {
        found(probeKind, new ProbeResult.Passed());
      }
    }

    /// Reports that a startup or readiness probe will not pass, because it cannot receive signals.
    /// A liveness probe without signals proves nothing; it has already been removed with
    /// [ProbeStateMachine#without].
    void unheard(ProbeKind probeKind, String reason) {
      if (rules.get(probeKind) == null) {
        put(probeKind, pulse(probeKind).finished());
      } else if (probeKind != ProbeKind.LIVENESS && healthState.stage() != Stage.RUNNING) {
        notYet(reason);
      }
    }

    void end(Stage stage) {
      for (ProbeKind probeKind : ProbeKind.values()) {
        ProbeState probeState = pulse(probeKind);
        if (probeState.inFlight()) {
          orders.add(new HealthEffect.CancelAttempt(probeKind, probeState.attempt()));
        }
        put(probeKind, probeState.finished());
      }
      healthState = healthState.withStage(stage);
    }

    private Optional<ProbeConfig> rule(ProbeKind probeKind) {
      return Optional.ofNullable(rules.get(probeKind));
    }

    private ProbeState pulse(ProbeKind probeKind) {
      return healthState.probe(probeKind);
    }

    private void put(ProbeKind probeKind, ProbeState probeState) {
      healthState = healthState.with(probeKind, probeState);
    }

    private long after(Duration time) {
      return now + time.toNanos();
    }
  }
}
