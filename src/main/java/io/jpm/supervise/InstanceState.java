package io.jpm.supervise;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import java.util.Optional;

/// The complete supervision state of one instance.
///
/// @param desiredState the state that the owner desires
/// @param phase the observed phase
/// @param startBlocker what a launch waits for, or will wait for after the delay of a restart
/// @param stopCause the cause of the stop
/// @param signalled whether the tree has been signalled in this stop, so that its end will be
///   reported. An instance in phase `stopping` that was not signalled has a running main process
/// @param generation number of spawns of this instance; events of an older generation are ignored
/// @param counters restart and failure counters
/// @param onlineSinceNanos monotonic time at which the current process began
/// @param lastExit exit of the previous process
/// @param reason human-readable reason for the phase
/// @param forcedReason human-readable description of how the current stop was forced; empty if it
///   was not
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

  /// Creates a state without a forced stop.
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

  /// An instance that has never run.
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

  /// Reports whether no process runs and none will without a request or a trigger.
  public boolean isOver() {
    return phase == Phase.STOPPED || phase == Phase.ERRORED;
  }

  /// Returns the number of restarts.
  public int restarts() {
    return counters.restarts();
  }

  /// Returns the number of consecutive runs that were too short.
  public int unstable() {
    return counters.unstable();
  }

  /// Returns the state of this candidate after it has replaced `former`: with one more restart, and
  /// with the values of the former instance that are still shown.
  ///
  /// @param why human-readable reason
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

  /// Returns a copy in another phase, without a launch or a stop in progress.
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

  /// Returns a copy that waits for its restart.
  ///
  /// @param then what it waits for when the delay is over
  InstanceState delayed(StartBlocker then, String why) {
    return changed(desiredState, Phase.WAITING_RESTART, then, StopCause.NONE, why)
        .signalled(false)
        .withForcedReason("");
  }

  InstanceState stopping(StopCause why, String words) {
    return changed(desiredState, Phase.STOPPING, StartBlocker.NOTHING, why, words);
  }

  /// Returns a copy that continues to launch, but will be stopped as soon as its process exists.
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

  /// Returns `words` followed by the description of the forced stop, unless `words` contains it.
  String withForce(String words) {
    return forcedReason.isEmpty() || words.contains(forcedReason)
        ? words
        : words + "; " + forcedReason;
  }

  /// Returns `words` without the text that [#withForce] has added.
  String withoutForce(String words) {
    return forcedReason.isEmpty() ? words : words.replace("; " + forcedReason, "");
  }

  /// Returns a copy whose current stop was forced.
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
