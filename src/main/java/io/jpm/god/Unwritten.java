package io.jpm.god;

import io.jpm.model.Phase;
import io.jpm.supervise.Counters;
import io.jpm.supervise.Supervised;
import io.jpm.supervise.Wanted;

/// Bridges what happens between a decision and its place in the journal, should the daemon end just
/// there.
final class Unwritten {
  private Unwritten() {}

  /// A stopped instance that is about to be started. With this in the journal before anything is
  /// done, the next daemon knows that it was to run.
  static Supervised toRun(Supervised state) {
    return state.phase() == Phase.STOPPED
        ? changed(state, Wanted.UP, state.counters(), "to be started")
        : state;
  }

  /// Whether the daemon before has ended between the two.
  static boolean isToRun(Supervised state) {
    return state.phase() == Phase.STOPPED && state.wanted() == Wanted.UP;
  }

  /// What was beside the list and is gone: whatever was under way, nothing comes after it.
  static Supervised over(Supervised state) {
    Supervised down = changed(state, Wanted.DOWN, state.counters(), state.reason());
    return down.phase() == Phase.WAITING_RESTART ? Supervised.NEW : down;
  }

  /// An instance of which a process of a newer generation than the journal's was found. Each of
  /// those was a restart, but for the start by command of what did not run.
  static Supervised caughtUp(Supervised state, long generation) {
    boolean started = state.phase() == Phase.STOPPED || state.phase() == Phase.ERRORED;
    long restarts = Math.max(0, generation - state.generation() - (started ? 1 : 0));
    Counters known = state.counters();
    var counters =
        new Counters(
            known.restarts() + (int) restarts,
            known.unstable(),
            known.attempts(),
            known.failures());
    return changed(state, state.wanted(), counters, state.reason());
  }

  private static Supervised changed(
      Supervised state, Wanted wanted, Counters counters, String reason) {
    return new Supervised(
        wanted,
        state.phase(),
        state.awaiting(),
        state.ending(),
        state.signalled(),
        state.generation(),
        counters,
        state.onlineSinceNanos(),
        state.lastExit(),
        reason,
        state.forced());
  }
}
