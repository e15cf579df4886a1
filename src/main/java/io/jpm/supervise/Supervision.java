package io.jpm.supervise;

import io.jpm.model.run.Phase;

/// The rules of supervision. The source of a rule is PM2's behaviour, with its known defects
/// mended: the crash-loop brake works for the whole life of an app, a spawn failure is `errored`
/// with the reason, `restart` works in every phase, a command never counts against the limit, an
/// app that is not ready in time has failed, and a schedule leaves alone what a person has stopped.
///
/// This is only the way in. [StartStopRules] is what people and triggers ask for, [Launching] how a
/// generation begins, [RunRules] what becomes of it, [Stopping] how it is ended, [Restarting] with
/// [RestartRules] and [Delay] what follows, and [Recovery] what a new daemon makes of what it
/// finds.
public final class Supervision {
  private Supervision() {}

  /// What `event` leads to. News of another generation than the present one leads to nothing.
  ///
  /// @param state the instance as it is
  /// @param event what has happened
  /// @param policies the app's rules
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

  /// Whether there is a process whose end nobody has asked for.
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
