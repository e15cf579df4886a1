package io.jpm.supervise;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import java.util.Optional;

/// The complete supervision state of one instance.
///
/// @param desiredState the state that the user desires
/// @param phase the observed phase
/// @param startBlocker what a launch is waiting for, or will be waiting for after the restart delay
/// @param stopCause the cause of the stop
/// @param signalled whether the process tree has been signalled in this stop, which means that its
///   termination will be reported. If an instance in phase `stopping` has not been signalled, its
///   main process is running.
/// @param generation the number of spawns of this instance; events of an older generation are
///   ignored
/// @param counters the restart and failure counters
/// @param onlineSinceNanos the monotonic time at which the current process was started
/// @param lastExit the exit of the previous process; empty if there was none
/// @param reason a human-readable reason for the phase
/// @param forcedReason a human-readable description of how the current stop was forced; empty if it
///   was not forced
public record InstanceState(
    DesiredState desiredState,
    Phase phase,
    StartBlocker startBlocker,
    StopCause stopCause,
    boolean signalled,
    long generation,
    RestartCounters counters,
    long onlineSinceNanos,
    Optional<Exit> lastExit,
    String reason,
    String forcedReason) {

  /// Creates a state in which no stop has been forced.
  public InstanceState(
      DesiredState desiredState,
      Phase phase,
      StartBlocker startBlocker,
      StopCause stopCause,
      boolean signalled,
      long generation,
      RestartCounters counters,
      long onlineSinceNanos,
      Optional<Exit> lastExit,
      String reason) {
    this(
        desiredState,
        phase,
        startBlocker,
        stopCause,
        signalled,
        generation,
        counters,
        onlineSinceNanos,
        lastExit,
        reason,
        "");
  }

  /// The state of an instance that has never run.
  public static final InstanceState NEW =
      new InstanceState(
          DesiredState.IDLE,
          Phase.STOPPED,
          StartBlocker.NOTHING,
          StopCause.NONE,
          false,
          0,
          RestartCounters.ZERO,
          0,
          Optional.empty(),
          "not started yet");

  /// Reports whether no process is running and none will be started without a request or a trigger.
  public boolean isOver() {
    return phase == Phase.STOPPED || phase == Phase.ERRORED;
  }

  /// Returns the number of restarts.
  public int restarts() {
    return counters.restarts();
  }

  /// Returns the number of consecutive runs that were shorter than `min_uptime`.
  public int unstable() {
    return counters.unstable();
  }

  /// Returns the state of this candidate after it has replaced `former`. The number of restarts
  /// continues from `former` and is incremented. Values of `former` that are still displayed are
  /// kept.
  ///
  /// @param why a human-readable reason
  public InstanceState promotedFrom(InstanceState former, String why) {
    RestartCounters restarted =
        new RestartCounters(
            former.restarts() + 1, counters.unstable(), counters.attempts(), counters.failures());
    return new InstanceState(
        desiredState,
        phase,
        startBlocker,
        stopCause,
        signalled,
        generation,
        restarted,
        onlineSinceNanos,
        lastExit.or(former::lastExit),
        why,
        forcedReason);
  }

  /// Reports whether the instance is launching and waits for `what`.
  boolean awaits(StartBlocker what) {
    return phase == Phase.LAUNCHING && startBlocker == what;
  }

  InstanceState withDesired(DesiredState next) {
    return changed(next, phase, startBlocker, stopCause, reason);
  }

  /// Returns a copy in the given phase, in which no launch or stop is in progress.
  InstanceState inPhase(Phase next, String why) {
    return changed(desiredState, next, StartBlocker.NOTHING, StopCause.NONE, why)
        .signalled(false)
        .withForcedReason("");
  }

  InstanceState launching(StartBlocker what, String why) {
    return changed(desiredState, Phase.LAUNCHING, what, StopCause.NONE, why)
        .signalled(false)
        .withForcedReason("");
  }

  /// Returns a copy that waits for the restart delay to expire.
  ///
  /// @param then what the instance waits for after the delay
  InstanceState delayed(StartBlocker then, String why) {
    return changed(desiredState, Phase.WAITING_RESTART, then, StopCause.NONE, why)
        .signalled(false)
        .withForcedReason("");
  }

  InstanceState stopping(StopCause why, String words) {
    return changed(desiredState, Phase.STOPPING, StartBlocker.NOTHING, why, words);
  }

  /// Returns a copy that continues to launch, but whose process will be stopped as soon as it
  /// exists.
  InstanceState replacing(String why) {
    return changed(desiredState, phase, startBlocker, StopCause.ASKED, why);
  }

  InstanceState withReason(String why) {
    return changed(desiredState, phase, startBlocker, stopCause, why);
  }

  private InstanceState changed(DesiredState w, Phase p, StartBlocker a, StopCause e, String why) {
    return new InstanceState(
        w, p, a, e, signalled, generation, counters, onlineSinceNanos, lastExit, why, forcedReason);
  }

  /// Returns `words` followed by the description of the forced stop. Returns `words` unchanged if
  /// the stop was not forced or if `words` already contains the description.
  String withForce(String words) {
    return forcedReason.isEmpty() || words.contains(forcedReason)
        ? words
        : words + "; " + forcedReason;
  }

  /// Returns `words` without the description added by [#withForce].
  String withoutForce(String words) {
    return forcedReason.isEmpty() ? words : words.replace("; " + forcedReason, "");
  }

  /// Returns a copy in which the current stop was forced as described by `how`.
  InstanceState withForcedReason(String how) {
    return new InstanceState(
        desiredState,
        phase,
        startBlocker,
        stopCause,
        signalled,
        generation,
        counters,
        onlineSinceNanos,
        lastExit,
        reason,
        how);
  }

  InstanceState onlineSince(long nanos) {
    return measured(signalled, generation, counters, nanos, lastExit);
  }

  InstanceState ofGeneration(long number) {
    return measured(signalled, number, counters, onlineSinceNanos, lastExit);
  }

  InstanceState withCounters(RestartCounters now) {
    return measured(signalled, generation, now, onlineSinceNanos, lastExit);
  }

  /// Returns a copy with all failures reset.
  InstanceState withFailuresReset() {
    return withCounters(counters.withFailuresReset());
  }

  /// Returns a copy with all counters reset, including restarts.
  public InstanceState reset() {
    return withCounters(RestartCounters.ZERO);
  }

  InstanceState ended(Exit exit) {
    return measured(signalled, generation, counters, onlineSinceNanos, Optional.of(exit));
  }

  InstanceState signalled(boolean now) {
    return measured(now, generation, counters, onlineSinceNanos, lastExit);
  }

  private InstanceState measured(
      boolean s, long g, RestartCounters c, long since, Optional<Exit> exit) {
    return new InstanceState(
        desiredState, phase, startBlocker, stopCause, s, g, c, since, exit, reason, forcedReason);
  }
}
