package io.jpm.god.supervision;

import io.jpm.model.run.Phase;
import io.jpm.supervise.Counters;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Supervised;

/// Bridges what happens between a decision and its place in the journal, should the daemon end just
/// there.
public final class CrashBridging {
  private CrashBridging() {}

  /// A stopped instance that is about to be started. With this in the journal before anything is
  /// done, the next daemon knows that it was to run.
  public static Supervised toRun(Supervised state) {
    return state.phase() == Phase.STOPPED
        ? changed(state, DesiredState.UP, state.counters(), "to be started")
        : state;
  }

  /// Whether the daemon before has ended between the two.
  public static boolean isToRun(Supervised state) {
    return state.phase() == Phase.STOPPED && state.desiredState() == DesiredState.UP;
  }

  /// What was beside the list and is gone: whatever was under way, nothing comes after it.
  static Supervised over(Supervised state) {
    Supervised down = changed(state, DesiredState.DOWN, state.counters(), state.reason());
    return down.phase() == Phase.WAITING_RESTART ? Supervised.NEW : down;
  }

  /// An instance of which a process of a newer generation than the journal's was found. Each of
  /// those was a restart, but for the start by command of what did not run.
  public static Supervised caughtUp(Supervised state, long generation) {
    boolean started = state.isOver();
    long restarts = Math.max(0, generation - state.generation() - (started ? 1 : 0));
    Counters known = state.counters();
    var counters =
        new Counters(
            known.restarts() + (int) restarts,
            known.unstable(),
            known.attempts(),
            known.failures());
    return changed(state, state.desiredState(), counters, state.reason());
  }

  private static Supervised changed(
      Supervised state, DesiredState desiredState, Counters counters, String reason) {
    return new Supervised(
        desiredState,
        state.phase(),
        state.startBlocker(),
        state.stopCause(),
        state.signalled(),
        state.generation(),
        counters,
        state.onlineSinceNanos(),
        state.lastExit(),
        reason,
        state.forced());
  }
}
