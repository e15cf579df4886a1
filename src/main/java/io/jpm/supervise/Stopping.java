package io.jpm.supervise;

import io.jpm.model.StopPolicy;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;
import io.jpm.supervise.Effect.RunStopCommand;
import io.jpm.supervise.Effect.SendShutdown;
import io.jpm.supervise.Effect.SignalTree;
import io.jpm.supervise.Effect.StartTimer;
import java.time.Duration;

/// Transitions that stop a run and its process tree.
record Stopping(StopPolicy policy, Restarting restarting) {
  /// Interval at which SIGKILL is sent again: only needed for a process that hangs in the kernel.
  private static final Duration KILL_AGAIN = Duration.ofSeconds(2);

  /// Stops a run whose main process is running, by the method of its stop policy: command, message
  /// or signal.
  Step end(Supervised state, StopCause stopCause, String why) {
    Supervised next = state.stopping(stopCause, why).signalled(false);
    Announce stopping = new Announce(Change.STOPPING);
    if (!policy.command().isEmpty()) {
      return Step.to(next, stopping, new RunStopCommand(next.generation()), patience(next));
    }
    if (policy.message()) {
      return Step.to(next, stopping, new SendShutdown(next.generation()), patience(next));
    }
    return Step.to(next.signalled(true), stopping, signal(next), patience(next));
  }

  /// Continues the stop of an earlier daemon. A tree that was already signalled is not signalled
  /// again: many programs interpret a second SIGINT as a request to abort without finishing their
  /// work. This daemon does not watch the tree, so the tree counts as not signalled.
  Step goOn(Supervised state) {
    return state.signalled()
        ? Step.to(state.signalled(false), patience(state))
        : end(state, state.stopCause(), state.reason());
  }

  /// Ends the leftovers of a main process that is gone. It could have followed a stop command or a
  /// message; its leftovers cannot, so they are signalled.
  Step endLeftovers(Supervised state, StopCause stopCause, String why) {
    Supervised next = state.stopping(stopCause, why).signalled(true);
    Change change = stopCause == StopCause.FELL ? Change.EXIT : Change.STOPPING;
    return Step.to(next, new Announce(change), signal(next), patience(next));
  }

  /// Ends the leftovers of a run that ended long ago; then the instance continues in its former
  /// state.
  Step endStrays(Supervised state) {
    Supervised next = state.stopping(StopCause.FELL, state.reason()).signalled(true);
    return Step.to(next, new Announce(Change.STOPPING), signal(next), patience(next));
  }

  Step commandEnded(Supervised state) {
    return state.phase() == Phase.STOPPING && !state.signalled()
        ? Step.to(state.signalled(true), signal(state))
        : Step.to(state);
  }

  /// Computes the step after the main process has exited during a stop.
  ///
  /// @param state contains the exit
  Step exited(Supervised state, boolean leftovers) {
    return afterExit(state, leftovers).precededBy(new Announce(Change.ENDED));
  }

  private Step afterExit(Supervised state, boolean leftovers) {
    if (!policy.wholeTree()) {
      return gone(isKilled(state) ? state : unforced(state));
    }
    if (state.signalled()) {
      return Step.to(state);
    }
    // A tree that was not signalled is not watched: its end would not be reported.
    return leftovers ? Step.to(state.signalled(true), signal(state)) : gone(state);
  }

  /// @param killed whether SIGKILL reached, or may have reached, processes other than the main one
  Step treeGone(Supervised state, boolean killed) {
    boolean mainWasEnded = state.stopCause() != StopCause.FELL && isKilled(state);
    return gone(killed || mainWasEnded ? state : unforced(state));
  }

  /// Reports whether the exit shows that SIGKILL ended the main process.
  private static boolean isKilled(Supervised state) {
    return state
        .lastExit()
        .filter(exit ->
            switch (exit) {
              // The exit code by which a JDK, or a shell in between, reports SIGKILL.
              case Exit.Code(int code) -> code == 128 + Signal.SIGKILL.number();
              case Exit.Signalled(int signal, boolean _) -> signal == Signal.SIGKILL.number();
              case Exit.Unknown _ -> true;
            })
        .isPresent();
  }

  /// The timeout had expired, but all processes had exited before SIGKILL reached them.
  private static Supervised unforced(Supervised state) {
    return state.because(state.withoutForce(state.reason())).forced("");
  }

  private Step gone(Supervised state) {
    return state.phase() == Phase.STOPPING
        ? next(state).precededBy(new CancelTimer(Timer.KILL))
        : Step.to(state);
  }

  /// Computes the step after no process is left of the run that was being stopped.
  Step next(Supervised ended) {
    if (ended.desiredState() == DesiredState.DOWN) {
      return Restarting.stopped(ended, ended.withForce("stopped by command"));
    }
    Supervised state = ended.because(ended.withForce(ended.reason()));
    return state.desiredState() == DesiredState.UP && state.stopCause() != StopCause.FELL
        ? restarting.inItsPlace(state)
        : restarting.afterFall(state);
  }

  Step patienceEnded(Supervised state) {
    if (state.phase() != Phase.STOPPING) {
      return Step.to(state);
    }
    Supervised late = state.forced().isEmpty() ? state.forced(force(state)) : state;
    return Step.to(
        late.because(late.withForce(late.reason())).signalled(true),
        new SignalTree(state.generation(), Signal.SIGKILL),
        new StartTimer(Timer.KILL, state.generation(), KILL_AGAIN));
  }

  /// In case of FELL the main process may have exited long before the rest of its tree.
  private String force(Supervised state) {
    return "%sdid not exit within %s: killed (SIGKILL after %s)"
        .formatted(
            state.stopCause() == StopCause.FELL ? "its tree " : "",
            DurationText.of(policy.timeout()),
            request());
  }

  private String request() {
    if (!policy.command().isEmpty()) {
      return "its stop command";
    }
    return policy.message() ? "the shutdown message" : policy.signal().toString();
  }

  private SignalTree signal(Supervised state) {
    return new SignalTree(state.generation(), policy.signal());
  }

  private StartTimer patience(Supervised state) {
    return new StartTimer(Timer.KILL, state.generation(), policy.timeout());
  }
}
