package io.jpm.supervise;

import io.jpm.model.process.Phase;

/// The rules of supervision. They follow PM2's behaviour but fix its known defects: the limit on
/// restarts applies for the whole lifetime of an app, a spawn failure leads to `errored` with the
/// reason, `restart` works in every phase, a command never counts against the limit, an app that is
/// not ready in time has failed, and a schedule does not start an app that a user has stopped.
///
/// This type only dispatches. [CommandTransitions] handles requests and triggers,
/// [LaunchTransitions] the beginning of a generation, [RunTransitions] its run, [StopTransitions]
/// its stop. [RestartTransitions], with [RestartDecider] and [BackoffCalculator], decides what
/// follows. [Recovery] handles the state that a new daemon finds.
public final class Supervision {
  private Supervision() {}

  /// Returns the step that `event` leads to. An event of another generation has no effect.
  ///
  /// @param state the current state of the instance
  /// @param supervisionEvent the event
  /// @param supervisionPolicy the settings of the app
  /// @param nowNanos monotonic time, as of [System#nanoTime]
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
          runTransitions.unwell(state, reason);
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

  /// Reports whether the instance has a running process that has not been asked to stop.
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
      // The journal may be older than the newest process.
      case SupervisionEvent.Adopted adopted -> adopted.generation() < state.generation();
      case SupervisionEvent.ProcessGone gone -> gone.generation() < state.generation();
      case SupervisionEvent.GenerationEvent other -> other.generation() != state.generation();
    };
  }
}
