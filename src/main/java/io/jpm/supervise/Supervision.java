package io.jpm.supervise;

import io.jpm.model.process.Phase;

/// The supervision state machine. It follows the behavior of PM2, except for these corrections of
/// known defects:
///
/// - The limit on restarts applies for the whole lifetime of an app.
/// - A spawn failure leads to `errored` with the reason.
/// - `restart` works in every phase.
/// - A command never counts against the limit.
/// - An app that is not ready in time has failed.
/// - A schedule does not start an app that a user has stopped.
///
/// This type only dispatches events. [CommandTransitions] is responsible for requests and triggers,
/// [LaunchTransitions] for the beginning of a generation, [RunTransitions] for its run, and
/// [StopTransitions] for its stop. [RestartTransitions], with [RestartDecider] and
/// [BackoffCalculator], determines what follows. [Recovery] is responsible for processes that a new
/// daemon finds running or gone.
public final class Supervision {
  private Supervision() {}

  /// Returns the step that results from `supervisionEvent`. An event of another generation has no
  /// effect.
  ///
  /// @param state the current state of the instance
  /// @param supervisionPolicy the settings of the app
  /// @param nowNanos the monotonic time, as returned by [System#nanoTime]
  public static Step step(
      InstanceState state,
      SupervisionEvent supervisionEvent,
      SupervisionPolicy supervisionPolicy,
      long nowNanos) {
    if (isOfAnother(state, supervisionEvent)) {
      return Step.to(state);
    }
    var launchTransitions = new LaunchTransitions(supervisionPolicy);
    var absent =
        supervisionEvent instanceof SupervisionEvent.ProcessGone
            || supervisionEvent instanceof SupervisionEvent.Adopted;
    var restartTransitions = new RestartTransitions(launchTransitions, absent, nowNanos);
    var stopTransitions = new StopTransitions(supervisionPolicy.stop(), restartTransitions);
    var runTransitions = new RunTransitions(supervisionPolicy, stopTransitions, nowNanos);
    var commandTransitions = new CommandTransitions(launchTransitions, stopTransitions);
    var recovery = new Recovery(runTransitions, stopTransitions, launchTransitions);
    return switch (supervisionEvent) {
      case SupervisionEvent.StartRequested() -> commandTransitions.startAsked(state);
      case SupervisionEvent.CandidateRequested(String reason) ->
          commandTransitions.tryAsked(state, reason);
      case SupervisionEvent.StopRequested() -> commandTransitions.stopAsked(state);
      case SupervisionEvent.RestartRequested() -> commandTransitions.restartAsked(state);
      case SupervisionEvent.RestartDue(SupervisionEvent.RestartCause restartCause, String reason)
          when restartCause == SupervisionEvent.RestartCause.HEALTH ->
          runTransitions.livenessFailed(state, reason);
      case SupervisionEvent.RestartDue due -> commandTransitions.restartDue(state, due);
      case SupervisionEvent.DependenciesMet _ -> launchTransitions.dependenciesMet(state);
      case SupervisionEvent.DependencyFailed(long _, String reason) ->
          state.awaits(StartBlocker.DEPENDENCIES)
              ? RestartTransitions.giveUp(state, reason)
              : Step.to(state);
      case SupervisionEvent.Spawned _ -> runTransitions.spawned(state);
      case SupervisionEvent.SpawnFailed failed -> runTransitions.spawnFailed(state, failed);
      case SupervisionEvent.Ready _ -> runTransitions.ready(state);
      case SupervisionEvent.NotReady(long _, String finding) ->
          runTransitions.notReady(state, finding);
      case SupervisionEvent.TimeoutExtensionRequested(long _, var time) ->
          runTransitions.moreTime(state, time);
      case SupervisionEvent.Exited exited -> runTransitions.exited(state, exited);
      case SupervisionEvent.TreeGone(long _, boolean killed) ->
          stopTransitions.treeGone(state, killed);
      case SupervisionEvent.StopCommandEnded _ -> stopTransitions.commandEnded(state);
      case SupervisionEvent.TimerFired(InstanceTimer instanceTimer, long _) ->
          switch (instanceTimer) {
            case KILL -> stopTransitions.timedOut(state);
            case READY -> runTransitions.notReady(state, "");
            case RESTART ->
                state.phase() == Phase.WAITING_RESTART
                    ? restartTransitions.delayOver(state)
                    : Step.to(state);
          };
      case SupervisionEvent.Adopted adopted -> recovery.adopted(state, adopted);
      case SupervisionEvent.ProcessGone gone -> recovery.foundGone(state, gone);
    };
  }

  /// Reports whether the instance has a running process whose stop has not been requested.
  public static boolean mayEndByItself(InstanceState state) {
    return state.phase() == Phase.ONLINE || state.awaits(StartBlocker.READINESS);
  }

  private static boolean isOfAnother(InstanceState state, SupervisionEvent supervisionEvent) {
    return switch (supervisionEvent) {
      case SupervisionEvent.StartRequested _,
          SupervisionEvent.CandidateRequested _,
          SupervisionEvent.StopRequested _,
          SupervisionEvent.RestartRequested _,
          SupervisionEvent.RestartDue _ ->
          false;
      // A newer generation is accepted, because the journal may be older than the newest process.
      case SupervisionEvent.Adopted adopted -> adopted.generation() < state.generation();
      case SupervisionEvent.ProcessGone gone -> gone.generation() < state.generation();
      case SupervisionEvent.GenerationEvent other -> other.generation() != state.generation();
    };
  }
}
