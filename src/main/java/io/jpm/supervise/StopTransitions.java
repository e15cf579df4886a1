package io.jpm.supervise;

import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.supervise.SupervisionEffect.Announce;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import io.jpm.supervise.SupervisionEffect.RunStopCommand;
import io.jpm.supervise.SupervisionEffect.SendShutdown;
import io.jpm.supervise.SupervisionEffect.SignalTree;
import io.jpm.supervise.SupervisionEffect.StartTimer;
import java.time.Duration;

/// Transitions that stop a run and its process tree.
record StopTransitions(StopPolicy policy, RestartTransitions restarting) {
  /// Interval at which SIGKILL is sent again, which is needed only for a process that is blocked in
  /// the kernel.
  private static final Duration KILL_AGAIN = Duration.ofSeconds(2);

  /// Stops a run whose main process is running. The stop policy determines the method: a command, a
  /// message or a signal.
  Step end(InstanceState state, StopCause stopCause, String why) {
    InstanceState next = state.stopping(stopCause, why).signalled(false);
    Announce stopping = new Announce(LifecycleChange.STOPPING);
    if (!policy.command().isEmpty()) {
      return Step.to(next, stopping, new RunStopCommand(next.generation()), patience(next));
    }
    if (policy.message()) {
      return Step.to(next, stopping, new SendShutdown(next.generation()), patience(next));
    }
    return Step.to(next.signalled(true), stopping, signal(next), patience(next));
  }

  /// Continues a stop that an earlier daemon began. A tree that was already signalled is not
  /// signalled again, because many programs interpret a second SIGINT as a request to abort without
  /// finishing their work. It is nevertheless marked as not signalled, because this daemon does not
  /// watch the tree.
  Step resume(InstanceState state) {
    return state.signalled()
        ? Step.to(state.signalled(false), patience(state))
        : end(state, state.stopCause(), state.reason());
  }

  /// Stops the leftovers of a main process that is gone. They are signalled, because only a main
  /// process can act on a stop command or a message.
  Step endLeftovers(InstanceState state, StopCause stopCause, String why) {
    InstanceState next = state.stopping(stopCause, why).signalled(true);
    LifecycleChange lifecycleChange =
        stopCause == StopCause.FELL ? LifecycleChange.EXIT : LifecycleChange.STOPPING;
    return Step.to(next, new Announce(lifecycleChange), signal(next), patience(next));
  }

  /// Stops the leftovers of a run that ended long ago. The instance then continues in its former
  /// state.
  Step endOldLeftovers(InstanceState state) {
    InstanceState next = state.stopping(StopCause.FELL, state.reason()).signalled(true);
    return Step.to(next, new Announce(LifecycleChange.STOPPING), signal(next), patience(next));
  }

  Step commandEnded(InstanceState state) {
    return state.phase() == Phase.STOPPING && !state.signalled()
        ? Step.to(state.signalled(true), signal(state))
        : Step.to(state);
  }

  /// Computes the step after the main process has exited during a stop.
  ///
  /// @param state the state, which already contains the exit
  Step exited(InstanceState state, boolean leftovers) {
    return afterExit(state, leftovers).precededBy(new Announce(LifecycleChange.ENDED));
  }

  private Step afterExit(InstanceState state, boolean leftovers) {
    if (!policy.wholeTree()) {
      return gone(isKilled(state) ? state : unforced(state));
    }
    if (state.signalled()) {
      return Step.to(state);
    }
    // A tree that was not signalled is not watched, so its termination would not be reported.
    return leftovers ? Step.to(state.signalled(true), signal(state)) : gone(state);
  }

  /// Computes the step after the last process of the tree has exited.
  ///
  /// @param killed whether SIGKILL has reached, or may have reached, processes other than the main
  ///   one
  Step treeGone(InstanceState state, boolean killed) {
    boolean mainWasEnded = state.stopCause() != StopCause.FELL && isKilled(state);
    return gone(killed || mainWasEnded ? state : unforced(state));
  }

  /// Reports whether the exit shows that the main process was terminated by SIGKILL.
  private static boolean isKilled(InstanceState state) {
    return state
        .lastExit()
        .filter(exit ->
            switch (exit) {
              // The exit code with which a JDK, or a shell in between, reports SIGKILL.
              case Exit.Code(int code) -> code == 128 + Signal.SIGKILL.number();
              case Exit.Signalled(int signal, boolean _) -> signal == Signal.SIGKILL.number();
              case Exit.Unknown _ -> true;
            })
        .isPresent();
  }

  /// Removes the description of a forced stop. Used if the timeout has expired but all processes
  /// exited before SIGKILL reached them.
  private static InstanceState unforced(InstanceState state) {
    return state.withReason(state.withoutForce(state.reason())).withForcedReason("");
  }

  private Step gone(InstanceState state) {
    return state.phase() == Phase.STOPPING
        ? next(state).precededBy(new CancelTimer(InstanceTimer.KILL))
        : Step.to(state);
  }

  /// Computes the step after a stop, when no process of the run is left.
  Step next(InstanceState ended) {
    if (ended.desiredState() == DesiredState.DOWN) {
      return RestartTransitions.stopped(ended, ended.withForce("stopped by command"));
    }
    InstanceState state = ended.withReason(ended.withForce(ended.reason()));
    return state.desiredState() == DesiredState.UP && state.stopCause() != StopCause.FELL
        ? restarting.afterReplacedRun(state)
        : restarting.afterEndedRun(state);
  }

  Step timedOut(InstanceState state) {
    if (state.phase() != Phase.STOPPING) {
      return Step.to(state);
    }
    InstanceState late =
        state.forcedReason().isEmpty() ? state.withForcedReason(force(state)) : state;
    return Step.to(
        late.withReason(late.withForce(late.reason())).signalled(true),
        new SignalTree(state.generation(), Signal.SIGKILL),
        new StartTimer(InstanceTimer.KILL, state.generation(), KILL_AGAIN));
  }

  /// Returns the description of a forced stop. If the stop cause is FELL, the description refers to
  /// the process tree, because the main process may have exited long before.
  private String force(InstanceState state) {
    return "%sdid not exit within %s: killed (SIGKILL after %s)"
        .formatted(
            state.stopCause() == StopCause.FELL ? "its process tree " : "",
            DurationText.of(policy.timeout()),
            request());
  }

  private String request() {
    if (!policy.command().isEmpty()) {
      return "its stop command";
    }
    return policy.message() ? "the shutdown message" : policy.signal().toString();
  }

  private SignalTree signal(InstanceState state) {
    return new SignalTree(state.generation(), policy.signal());
  }

  private StartTimer patience(InstanceState state) {
    return new StartTimer(InstanceTimer.KILL, state.generation(), policy.timeout());
  }
}
