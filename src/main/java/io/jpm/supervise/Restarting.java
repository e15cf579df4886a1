package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.run.Phase;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.Change;
import io.jpm.supervise.Effect.StartTimer;
import java.time.Duration;

/// Transitions that follow the end of a run.
///
/// @param launching begins the next run
/// @param afterAbsence whether the run ended while no daemon ran
/// @param now monotonic time in nanoseconds
record Restarting(Launching launching, boolean afterAbsence, long now) {
  /// Minimum delay before another attempt when the system lacked the resources for a process.
  private static final Duration BREATH = Duration.ofSeconds(1);

  /// Records `endRules` in the state until no process of the tree is left; then [#afterFall] reads
  /// it.
  static Supervised pledge(Supervised state, EndRules endRules) {
    return switch (endRules) {
      case EndRules.Again() -> state;
      case EndRules.Rest(String reason) -> state.forgiven().want(DesiredState.IDLE).because(reason);
      // A failure count above 0 distinguishes this state from that of `Rest`.
      case EndRules.GiveUp(String reason) -> state.want(DesiredState.IDLE).because(reason);
    };
  }

  /// Computes the step after no process is left of a run that ended by itself or failed. The state
  /// contains the recorded decision.
  Step afterFall(Supervised state) {
    if (state.desiredState() == DesiredState.UP) {
      return restartIn(delay(state), state);
    }
    boolean failed = state.unstable() > 0 || state.counters().failures().count() > 0;
    return failed ? giveUp(state, state.reason()) : stopped(state, state.reason());
  }

  /// Computes the step after no process is left of a run that a new one replaces.
  Step inItsPlace(Supervised state) {
    return relaunch(state, state.reason(), afterAbsence);
  }

  /// Schedules another attempt after a process could not be created for lack of resources.
  Step tryAgain(Supervised state) {
    Duration delay = delay(state);
    return restartIn(delay.compareTo(BREATH) < 0 ? BREATH : delay, state);
  }

  /// Begins the restart delay again, since it is unknown how much of it had passed when the old
  /// daemon ended.
  Step waitAnew(Supervised state) {
    return restartIn(delay(state), state.because("the daemon was not running"));
  }

  Step delayOver(Supervised state) {
    return due(grown(state), state.reason());
  }

  /// Starts an instance that waits for its restart.
  Step due(Supervised state, String why) {
    return relaunch(state, why, state.startBlocker() == StartBlocker.DEPENDENCIES);
  }

  static Step giveUp(Supervised state, String why) {
    return Step.to(
        state.forgiven().want(DesiredState.IDLE).in(Phase.ERRORED, why),
        new Announce(Change.ERRORED));
  }

  static Step stopped(Supervised state, String why) {
    return Step.to(state.in(Phase.STOPPED, why), new Announce(Change.STOP));
  }

  private Step restartIn(Duration delay, Supervised state) {
    String why = DurationText.then(state.reason(), "restart" + count(state) + in(delay, state));
    if (delay.isZero()) {
      return relaunch(grown(state), why, afterAbsence);
    }
    boolean inOrder = afterAbsence && launching.policies().dependent();
    StartBlocker then = inOrder ? StartBlocker.DEPENDENCIES : StartBlocker.NOTHING;
    return Step.to(
        state.delayed(then, why), new StartTimer(Timer.RESTART, state.generation(), delay));
  }

  private Step relaunch(Supervised state, String why, boolean inOrder) {
    Supervised counted = state.counted(state.counters().restarted());
    return inOrder
        ? launching.inOrder(counted, Change.RESTART, why)
        : launching.atOnce(counted, Change.RESTART, why);
  }

  /// Counts one more restart without a stable run, unless that would not increase the delay.
  private Supervised grown(Supervised state) {
    int attempts = state.counters().attempts();
    return Delay.grows(backoff(), attempts)
        ? state.counted(state.counters().attempts(attempts + 1))
        : state;
  }

  private Duration delay(Supervised state) {
    long seed = now ^ Long.rotateLeft(state.generation(), 32);
    return Delay.of(backoff(), state.counters(), seed);
  }

  private String count(Supervised state) {
    return state.unstable() > 0
        ? " %d/%d".formatted(state.unstable(), launching.policies().restart().maxRestarts())
        : "";
  }

  private String in(Duration delay, Supervised state) {
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
