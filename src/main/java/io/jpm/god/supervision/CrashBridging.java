package io.jpm.god.supervision;

import io.jpm.model.process.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.RestartCounters;

/// Derives the states that cover a crash of the daemon between a decision and its journal entry.
public final class CrashBridging {
  private CrashBridging() {}

  /// Returns the state of a stopped instance that is about to be started. If the journal contains
  /// it before anything is done, the next daemon knows that the instance must run.
  public static InstanceState toRun(InstanceState state) {
    return state.phase() == Phase.STOPPED
        ? changed(state, DesiredState.UP, state.counters(), "to be started")
        : state;
  }

  /// Reports whether the previous daemon ended between the decision and the start.
  public static boolean isToRun(InstanceState state) {
    return state.phase() == Phase.STOPPED && state.desiredState() == DesiredState.UP;
  }

  /// Returns the state of a candidate or draining instance whose process is gone: no process
  /// follows it.
  static InstanceState over(InstanceState state) {
    InstanceState down = changed(state, DesiredState.DOWN, state.counters(), state.reason());
    return down.phase() == Phase.WAITING_RESTART ? InstanceState.NEW : down;
  }

  /// Returns the state of an instance for which a process of a newer generation than in the journal
  /// was found. Each generation in between counts as a restart, except the start of an instance
  /// that was not running.
  public static InstanceState withNewerGeneration(InstanceState state, long generation) {
    boolean started = state.isOver();
    long restarts = Math.max(0, generation - state.generation() - (started ? 1 : 0));
    RestartCounters known = state.counters();
    var restartCounters =
        new RestartCounters(
            known.restarts() + (int) restarts,
            known.unstable(),
            known.attempts(),
            known.failures());
    return changed(state, state.desiredState(), restartCounters, state.reason());
  }

  private static InstanceState changed(
      InstanceState state,
      DesiredState desiredState,
      RestartCounters restartCounters,
      String reason) {
    return new InstanceState(
        desiredState,
        state.phase(),
        state.startBlocker(),
        state.stopCause(),
        state.signalled(),
        state.generation(),
        restartCounters,
        state.onlineSinceNanos(),
        state.lastExit(),
        reason,
        state.forcedReason());
  }
}
