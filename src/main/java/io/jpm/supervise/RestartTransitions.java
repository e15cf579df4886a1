package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.process.Phase;
import io.jpm.supervise.SupervisionEffect.Announce;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import io.jpm.supervise.SupervisionEffect.StartTimer;
import java.time.Duration;

/// Transitions that follow the end of a run.
///
/// @param launching begins the next run
/// @param afterAbsence whether the run ended while no daemon was running
/// @param now the monotonic time in nanoseconds
record RestartTransitions(LaunchTransitions launching, boolean afterAbsence, long now) {
  /// Minimum delay before the next attempt if the system lacked the resources to create a process.
  private static final Duration BREATH = Duration.ofSeconds(1);

  /// Records `restartDecision` in the state. [#afterEndedRun] acts on it when no process of the
  /// tree is left.
  static InstanceState recordDecision(InstanceState state, RestartDecision restartDecision) {
    return switch (restartDecision) {
      case RestartDecision.Again() -> state;
      case RestartDecision.StayStopped(String reason) ->
          state.withFailuresReset().withDesired(DesiredState.IDLE).withReason(reason);
      // A failure count above 0 distinguishes this state from the one after `StayStopped`.
      case RestartDecision.GiveUp(String reason) ->
          state.withDesired(DesiredState.IDLE).withReason(reason);
    };
  }

  /// Computes the step after a run that ended on its own or failed, when none of its processes is
  /// left. The state contains the recorded decision.
  Step afterEndedRun(InstanceState state) {
    if (state.desiredState() == DesiredState.UP) {
      return restartIn(delay(state), state);
    }
    boolean failed = state.unstable() > 0 || state.counters().failures().count() > 0;
    return failed ? giveUp(state, state.reason()) : stopped(state, state.reason());
  }

  /// Computes the step after a run that is replaced by a new one, when none of its processes is
  /// left.
  Step afterReplacedRun(InstanceState state) {
    return relaunch(state, state.reason(), afterAbsence);
  }

  /// Schedules the next attempt after the system lacked the resources to create a process.
  Step retrySpawn(InstanceState state) {
    Duration delay = delay(state);
    return restartIn(delay.compareTo(BREATH) < 0 ? BREATH : delay, state);
  }

  /// Starts the restart delay from the beginning, because it is not known how much of it had
  /// elapsed when the old daemon exited.
  Step restartDelay(InstanceState state) {
    return restartIn(delay(state), state.withReason("the daemon was not running"));
  }

  Step delayOver(InstanceState state) {
    return due(grown(state), state.reason());
  }

  /// Starts an instance that was waiting for its restart.
  Step due(InstanceState state, String why) {
    return relaunch(state, why, state.startBlocker() == StartBlocker.DEPENDENCIES);
  }

  static Step giveUp(InstanceState state, String why) {
    return Step.to(
        state.withFailuresReset().withDesired(DesiredState.IDLE).inPhase(Phase.ERRORED, why),
        new Announce(LifecycleChange.ERRORED));
  }

  static Step stopped(InstanceState state, String why) {
    return Step.to(state.inPhase(Phase.STOPPED, why), new Announce(LifecycleChange.STOP));
  }

  private Step restartIn(Duration delay, InstanceState state) {
    String why = DurationText.then(state.reason(), "restart" + count(state) + in(delay, state));
    if (delay.isZero()) {
      return relaunch(grown(state), why, afterAbsence);
    }
    boolean inOrder = afterAbsence && launching.policies().dependent();
    StartBlocker then = inOrder ? StartBlocker.DEPENDENCIES : StartBlocker.NOTHING;
    return Step.to(
        state.delayed(then, why), new StartTimer(InstanceTimer.RESTART, state.generation(), delay));
  }

  private Step relaunch(InstanceState state, String why, boolean inOrder) {
    InstanceState counted = state.withCounters(state.counters().restarted());
    return inOrder
        ? launching.afterDependencies(counted, LifecycleChange.RESTART, why)
        : launching.immediately(counted, LifecycleChange.RESTART, why);
  }

  /// Counts one more restart attempt, unless the delay has already reached its maximum.
  private InstanceState grown(InstanceState state) {
    int attempts = state.counters().attempts();
    return BackoffCalculator.grows(backoff(), attempts)
        ? state.withCounters(state.counters().attempts(attempts + 1))
        : state;
  }

  private Duration delay(InstanceState state) {
    long seed = now ^ Long.rotateLeft(state.generation(), 32);
    return BackoffCalculator.delay(backoff(), state.counters(), seed);
  }

  private String count(InstanceState state) {
    return state.unstable() > 0
        ? " %d/%d".formatted(state.unstable(), launching.policies().restart().maxRestarts())
        : "";
  }

  private String in(Duration delay, InstanceState state) {
    if (delay.isZero()) {
      return "";
    }
    boolean grown = !(backoff() instanceof Backoff.Constant) && delay.equals(delay(state));
    return " in " + DurationText.of(delay) + (grown ? " (exp backoff)" : "");
  }

  private Backoff backoff() {
    return launching.policies().restart().backoff();
  }
}
