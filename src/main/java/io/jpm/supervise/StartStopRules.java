package io.jpm.supervise;

import io.jpm.model.run.Phase;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;

/// Transitions for requests of users and for restart triggers of an app.
record StartStopRules(Launching launching, Stopping stopping) {
  private static final String RESTART = "restart by command";

  Step startAsked(Supervised state) {
    Supervised up = state.want(DesiredState.UP);
    return switch (state.phase()) {
      case STOPPED, ERRORED, WAITING_RESTART -> start(state, "started by command");
      case LAUNCHING, ONLINE -> Step.to(up);
      case STOPPING -> Step.to(up.forgiven().stopping(StopCause.ASKED, "start by command"));
    };
  }

  Step tryAsked(Supervised state, String why) {
    return switch (state.phase()) {
      case STOPPED, ERRORED ->
          launching.atOnce(state.forgiven().want(DesiredState.UP), Change.START, why);
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART -> Step.to(state);
    };
  }

  Step stopAsked(Supervised state) {
    Supervised down = state.want(DesiredState.DOWN);
    return switch (state.phase()) {
      case STOPPED -> Step.to(down);
      case ERRORED, WAITING_RESTART ->
          Step.to(
              down.in(Phase.STOPPED, "stopped by command"),
              new CancelTimer(Timer.RESTART),
              new Announce(Change.STOP));
      case LAUNCHING ->
          switch (state.startBlocker()) {
            case DEPENDENCIES -> Restarting.stopped(down, "stopped by command");
            // The spawn cannot be cancelled: the process is stopped as soon as it exists.
            case SPAWN, NOTHING -> Step.to(down);
            case READINESS -> endUnready(down, "stopping by command");
          };
      case ONLINE -> stopping.end(down, StopCause.ASKED, "stopping by command");
      case STOPPING -> Step.to(down.stopping(StopCause.ASKED, "stopping by command"));
    };
  }

  Step restartAsked(Supervised state) {
    Supervised up = state.want(DesiredState.UP).forgiven();
    return switch (state.phase()) {
      case STOPPED, ERRORED, WAITING_RESTART -> start(state, "started by command");
      case LAUNCHING -> anew(up, RESTART);
      case ONLINE -> stopping.end(up, StopCause.ASKED, RESTART);
      case STOPPING -> Step.to(up.stopping(StopCause.ASKED, RESTART));
    };
  }

  /// Computes the step after a restart trigger. A trigger never overrides a user: an instance that
  /// a user has stopped stays stopped.
  Step restartDue(Supervised state, Event.RestartDue event) {
    boolean up = state.desiredState() == DesiredState.UP;
    return switch (state.phase()) {
      case ONLINE ->
          up ? stopping.end(edited(state, event), StopCause.ASKED, event.reason()) : Step.to(state);
      case WAITING_RESTART -> dueWhileWaiting(state, event);
      case LAUNCHING -> up ? dueWhileLaunching(state, event) : Step.to(state);
      // If a process follows the stop, it is new anyway.
      case STOPPING -> Step.to(state);
      case STOPPED ->
          state.desiredState() == DesiredState.IDLE && event.cause() == Event.Cause.SCHEDULE
              ? start(state, event.reason())
              : Step.to(state);
      case ERRORED ->
          switch (event.cause()) {
            case SCHEDULE, FILES -> start(state, event.reason());
            case LIMIT, HEALTH, BALANCE -> Step.to(state);
          };
    };
  }

  private Step dueWhileWaiting(Supervised state, Event.RestartDue event) {
    return switch (event.cause()) {
      case SCHEDULE, FILES, BALANCE ->
          stopping.restarting().due(edited(state, event), event.reason());
      case LIMIT, HEALTH -> Step.to(state);
    };
  }

  private Step dueWhileLaunching(Supervised state, Event.RestartDue event) {
    return switch (event.cause()) {
      case FILES -> anew(state.forgiven(), event.reason());
      case BALANCE -> anew(state, event.reason());
      case LIMIT ->
          state.awaits(StartBlocker.READINESS) ? endUnready(state, event.reason()) : Step.to(state);
      // Supervision.step passes HEALTH to RunRules.unwell.
      case SCHEDULE, HEALTH -> Step.to(state);
    };
  }

  /// Resets the failures after an edit of the app's files, which may have fixed their cause.
  private static Supervised edited(Supervised state, Event.RestartDue event) {
    return event.cause() == Event.Cause.FILES ? state.forgiven() : state;
  }

  private Step start(Supervised state, String why) {
    return launching.inOrder(state.forgiven().want(DesiredState.UP), Change.START, why);
  }

  /// Restarts a launch that may have begun with an older spec or older files.
  private Step anew(Supervised state, String why) {
    return switch (state.startBlocker()) {
      case DEPENDENCIES -> Step.to(state);
      case SPAWN, NOTHING -> Step.to(state.replacing(why));
      case READINESS -> endUnready(state, why);
    };
  }

  private Step endUnready(Supervised state, String why) {
    return stopping.end(state, StopCause.ASKED, why).precededBy(new CancelTimer(Timer.READY));
  }
}
