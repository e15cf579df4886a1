package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.run.Phase;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.Change;
import io.jpm.supervise.Effect.StartTimer;
import java.time.Duration;

/// What follows a run that is over.
///
/// @param launching begins the next run
/// @param afterAbsence whether it ended while there was no daemon
/// @param now monotonic nanoseconds
record Restarting(Launching launching, boolean afterAbsence, long now) {
  /// What refused a process for want of means is not asked again at once.
  private static final Duration BREATH = Duration.ofSeconds(1);

  /// Writes `endRules` into the state, where it is kept until nothing of the tree is left:
  /// [#afterFall] reads it.
  static Supervised pledge(Supervised state, EndRules endRules) {
    return switch (endRules) {
      case EndRules.Again() -> state;
      case EndRules.Rest(String reason) -> state.forgiven().want(DesiredState.IDLE).because(reason);
      // A count of failures, more than 0, is what tells it from one that may rest.
      case EndRules.GiveUp(String reason) -> state.want(DesiredState.IDLE).because(reason);
    };
  }

  /// Nothing is left of a run that ended by itself or had failed, and what follows was pledged.
  Step afterFall(Supervised state) {
    if (state.desiredState() == DesiredState.UP) {
      return restartIn(delay(state), state);
    }
    boolean failed = state.unstable() > 0 || state.counters().failures().count() > 0;
    return failed ? giveUp(state, state.reason()) : stopped(state, state.reason());
  }

  /// Nothing is left of a run that had to make way for a new one.
  Step inItsPlace(Supervised state) {
    return relaunch(state, state.reason(), afterAbsence);
  }

  /// After a process could not be made for want of means.
  Step tryAgain(Supervised state) {
    Duration delay = delay(state);
    return restartIn(delay.compareTo(BREATH) < 0 ? BREATH : delay, state);
  }

  /// The daemon that was to end the wait ended itself: how much of it was left is not known.
  Step waitAnew(Supervised state) {
    return restartIn(delay(state), state.because("the daemon was away"));
  }

  Step delayOver(Supervised state) {
    return due(grown(state), state.reason());
  }

  /// What waits for its restart is started now.
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

  /// One restart more without a good run, unless it would change nothing.
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
