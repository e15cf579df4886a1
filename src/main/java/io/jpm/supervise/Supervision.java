package io.jpm.supervise;

import io.jpm.model.run.Phase;

/// The rules of supervision. They follow PM2's behaviour but fix its known defects: the limit on
/// restarts applies for the whole lifetime of an app, a spawn failure leads to `errored` with the
/// reason, `restart` works in every phase, a command never counts against the limit, an app that is
/// not ready in time has failed, and a schedule does not start an app that a user has stopped.
///
/// This type only dispatches. [StartStopRules] handles requests and triggers, [Launching] the
/// beginning of a generation, [RunRules] its run, [Stopping] its stop. [Restarting], with
/// [RestartRules] and [Delay], decides what follows. [Recovery] handles the state that a new daemon
/// finds.
public final class Supervision {
  private Supervision() {}

  /// Returns the step that `event` leads to. An event of another generation has no effect.
  ///
  /// @param state the current state of the instance
  /// @param event the event
  /// @param policies the settings of the app
  /// @param nowNanos monotonic time, as of [System#nanoTime]
  public static Step step(Supervised state, Event event, Policies policies, long nowNanos) {
    if (isOfAnother(state, event)) {
      return Step.to(state);
    }
    var launching = new Launching(policies);
    var absent = event instanceof Event.FoundGone || event instanceof Event.Adopted;
    var restarting = new Restarting(launching, absent, nowNanos);
    var stopping = new Stopping(policies.stop(), restarting);
    var runRules = new RunRules(policies, stopping, nowNanos);
    var startStopRules = new StartStopRules(launching, stopping);
    var recovery = new Recovery(runRules, stopping, launching);
    return switch (event) {
      case Event.StartAsked() -> startStopRules.startAsked(state);
      case Event.TryAsked(String reason) -> startStopRules.tryAsked(state, reason);
      case Event.StopAsked() -> startStopRules.stopAsked(state);
      case Event.RestartAsked() -> startStopRules.restartAsked(state);
      case Event.RestartDue(Event.Cause cause, String reason) when cause == Event.Cause.HEALTH ->
          runRules.unwell(state, reason);
      case Event.RestartDue due -> startStopRules.restartDue(state, due);
      case Event.DependenciesMet _ -> launching.dependenciesMet(state);
      case Event.DependencyFailed(long _, String reason) ->
          state.awaits(StartBlocker.DEPENDENCIES)
              ? Restarting.giveUp(state, reason)
              : Step.to(state);
      case Event.Spawned _ -> runRules.spawned(state);
      case Event.SpawnFailed failed -> runRules.spawnFailed(state, failed);
      case Event.Ready _ -> runRules.ready(state);
      case Event.NotReady(long _, String finding) -> runRules.notReady(state, finding);
      case Event.MoreTimeAsked(long _, var time) -> runRules.moreTime(state, time);
      case Event.Exited exited -> runRules.exited(state, exited);
      case Event.TreeGone(long _, boolean killed) -> stopping.treeGone(state, killed);
      case Event.StopCommandEnded _ -> stopping.commandEnded(state);
      case Event.TimerFired(Timer timer, long _) ->
          switch (timer) {
            case KILL -> stopping.patienceEnded(state);
            case READY -> runRules.notReady(state, "");
            case RESTART ->
                state.phase() == Phase.WAITING_RESTART
                    ? restarting.delayOver(state)
                    : Step.to(state);
          };
      case Event.Adopted adopted -> recovery.adopted(state, adopted);
      case Event.FoundGone gone -> recovery.foundGone(state, gone);
    };
  }

  /// Reports whether the instance has a running process that has not been asked to stop.
  public static boolean mayEndByItself(Supervised state) {
    return state.phase() == Phase.ONLINE || state.awaits(StartBlocker.READINESS);
  }

  private static boolean isOfAnother(Supervised state, Event event) {
    return switch (event) {
      case Event.StartAsked _,
          Event.TryAsked _,
          Event.StopAsked _,
          Event.RestartAsked _,
          Event.RestartDue _ ->
          false;
      // The journal may be older than the newest process.
      case Event.Adopted adopted -> adopted.generation() < state.generation();
      case Event.FoundGone gone -> gone.generation() < state.generation();
      case Event.OfGeneration other -> other.generation() != state.generation();
    };
  }
}
