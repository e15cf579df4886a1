package io.jpm.god.supervision;

import io.jpm.model.process.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.RestartCounters;

/// Derives instance states so that a crash of the daemon between a decision and its journal entry
/// is harmless.
public final class CrashRecoveryStates {
  private CrashRecoveryStates() {}

  /// Returns the state of a stopped instance that is about to be started. This state must be
  /// written to the journal before the start begins, so that the next daemon knows that the
  /// instance must run. Returns `state` unchanged if the instance is not stopped.
  public static InstanceState toRun(InstanceState state) {
    return state.phase() == Phase.STOPPED
        ? changed(state, DesiredState.UP, state.counters(), "about to be started")
        : state;
  }

  /// Reports whether a start has been decided and journaled but has not begun, for example because
  /// the previous daemon exited.
  public static boolean isStartPending(InstanceState state) {
    return state.phase() == Phase.STOPPED && state.desiredState() == DesiredState.UP;
  }

  /// Returns the state of a candidate or draining instance whose process is gone and will not be
  /// restarted.
  static InstanceState withoutRestart(InstanceState state) {
    InstanceState down = changed(state, DesiredState.DOWN, state.counters(), state.reason());
    return down.phase() == Phase.WAITING_RESTART ? InstanceState.NEW : down;
  }

  /// Returns the state of an instance for which a process was found whose generation is newer than
  /// the one in the journal. Each generation in between counts as a restart, except the start of an
  /// instance that was not running.
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
