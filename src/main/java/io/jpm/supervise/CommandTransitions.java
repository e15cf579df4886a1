package io.jpm.supervise;

import io.jpm.model.process.Phase;
import io.jpm.supervise.SupervisionEffect.Announce;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;

/// Transitions for requests by users and for an app's restart triggers.
record CommandTransitions(LaunchTransitions launching, StopTransitions stopping) {
  private static final String RESTART = "restart by command";

  Step startAsked(InstanceState state) {
    InstanceState up = state.withDesired(DesiredState.UP);
    return switch (state.phase()) {
      case STOPPED, ERRORED, WAITING_RESTART -> start(state, "started by command");
      case LAUNCHING, ONLINE -> Step.to(up);
      case STOPPING ->
          Step.to(up.withFailuresReset().stopping(StopCause.ASKED, "start by command"));
    };
  }

  Step tryAsked(InstanceState state, String why) {
    return switch (state.phase()) {
      case STOPPED, ERRORED ->
          launching.immediately(
              state.withFailuresReset().withDesired(DesiredState.UP), LifecycleChange.START, why);
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART -> Step.to(state);
    };
  }

  Step stopAsked(InstanceState state) {
    InstanceState down = state.withDesired(DesiredState.DOWN);
    return switch (state.phase()) {
      case STOPPED -> Step.to(down);
      case ERRORED, WAITING_RESTART ->
          Step.to(
              down.inPhase(Phase.STOPPED, "stopped by command"),
              new CancelTimer(InstanceTimer.RESTART),
              new Announce(LifecycleChange.STOP));
      case LAUNCHING ->
          switch (state.startBlocker()) {
            case DEPENDENCIES -> RestartTransitions.stopped(down, "stopped by command");
            // A spawn cannot be cancelled. The process is stopped as soon as it exists.
            case SPAWN, NOTHING -> Step.to(down);
            case READINESS -> endUnready(down, "stopping by command");
          };
      case ONLINE -> stopping.end(down, StopCause.ASKED, "stopping by command");
      case STOPPING -> Step.to(down.stopping(StopCause.ASKED, "stopping by command"));
    };
  }

  Step restartAsked(InstanceState state) {
    InstanceState up = state.withDesired(DesiredState.UP).withFailuresReset();
    return switch (state.phase()) {
      case STOPPED, ERRORED, WAITING_RESTART -> start(state, "started by command");
      case LAUNCHING -> anew(up, RESTART);
      case ONLINE -> stopping.end(up, StopCause.ASKED, RESTART);
      case STOPPING -> Step.to(up.stopping(StopCause.ASKED, RESTART));
    };
  }

  /// Computes the step after a restart trigger. A trigger never overrides a user's decision: an
  /// instance that a user has stopped stays stopped.
  Step restartDue(InstanceState state, SupervisionEvent.RestartDue event) {
    boolean up = state.desiredState() == DesiredState.UP;
    return switch (state.phase()) {
      case ONLINE ->
          up ? stopping.end(edited(state, event), StopCause.ASKED, event.reason()) : Step.to(state);
      case WAITING_RESTART -> dueWhileWaiting(state, event);
      case LAUNCHING -> up ? dueWhileLaunching(state, event) : Step.to(state);
      // A process that is started after the stop is new, so the trigger requires no action.
      case STOPPING -> Step.to(state);
      case STOPPED ->
          state.desiredState() == DesiredState.IDLE
                  && event.cause() == SupervisionEvent.RestartCause.SCHEDULE
              ? start(state, event.reason())
              : Step.to(state);
      case ERRORED ->
          switch (event.cause()) {
            case SCHEDULE, FILES -> start(state, event.reason());
            case LIMIT, HEALTH, BALANCE -> Step.to(state);
          };
    };
  }

  private Step dueWhileWaiting(InstanceState state, SupervisionEvent.RestartDue event) {
    return switch (event.cause()) {
      case SCHEDULE, FILES, BALANCE ->
          stopping.restarting().due(edited(state, event), event.reason());
      case LIMIT, HEALTH -> Step.to(state);
    };
  }

  private Step dueWhileLaunching(InstanceState state, SupervisionEvent.RestartDue event) {
    return switch (event.cause()) {
      case FILES -> anew(state.withFailuresReset(), event.reason());
      case BALANCE -> anew(state, event.reason());
      case LIMIT ->
          state.awaits(StartBlocker.READINESS) ? endUnready(state, event.reason()) : Step.to(state);
      // Supervision.step passes HEALTH to RunTransitions.unwell.
      case SCHEDULE, HEALTH -> Step.to(state);
    };
  }

  /// Resets the failures if the app's files were edited, because the edit may have fixed the cause
  /// of the failures.
  private static InstanceState edited(InstanceState state, SupervisionEvent.RestartDue event) {
    return event.cause() == SupervisionEvent.RestartCause.FILES ? state.withFailuresReset() : state;
  }

  private Step start(InstanceState state, String why) {
    return launching.afterDependencies(
        state.withFailuresReset().withDesired(DesiredState.UP), LifecycleChange.START, why);
  }

  /// Launches the instance again, because the current launch may have begun with an older spec or
  /// with older files.
  private Step anew(InstanceState state, String why) {
    return switch (state.startBlocker()) {
      case DEPENDENCIES -> Step.to(state);
      case SPAWN, NOTHING -> Step.to(state.replacing(why));
      case READINESS -> endUnready(state, why);
    };
  }

  private Step endUnready(InstanceState state, String why) {
    return stopping
        .end(state, StopCause.ASKED, why)
        .precededBy(new CancelTimer(InstanceTimer.READY));
  }
}
