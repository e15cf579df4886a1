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

/// How a run is ended.
record Stopping(StopPolicy policy, Restarting restarting) {
  /// How long a tree may take to end after SIGKILL before it is sent again: only a process that
  /// hangs in the kernel needs that.
  private static final Duration KILL_AGAIN = Duration.ofSeconds(2);

  /// Ends a run whose main process lives, in the way its owner has chosen.
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

  /// Goes on with the stop of an earlier daemon. What was signalled is not signalled again: many
  /// programs take a second SIGINT for an order to leave their work undone. Nobody watches its tree
  /// any more, so it counts as not signalled.
  Step goOn(Supervised state) {
    return state.signalled()
        ? Step.to(state.signalled(false), patience(state))
        : end(state, state.stopCause(), state.reason());
  }

  /// Ends what a main process that is gone has left: with it went whoever could follow a command or
  /// a message.
  Step endLeftovers(Supervised state, StopCause stopCause, String why) {
    Supervised next = state.stopping(stopCause, why).signalled(true);
    Change change = stopCause == StopCause.FELL ? Change.EXIT : Change.STOPPING;
    return Step.to(next, new Announce(change), signal(next), patience(next));
  }

  /// Ends what is left of a run that was over long ago, and then takes the state up again.
  Step endStrays(Supervised state) {
    Supervised next = state.stopping(StopCause.FELL, state.reason()).signalled(true);
    return Step.to(next, new Announce(Change.STOPPING), signal(next), patience(next));
  }

  Step commandEnded(Supervised state) {
    return state.phase() == Phase.STOPPING && !state.signalled()
        ? Step.to(state.signalled(true), signal(state))
        : Step.to(state);
  }

  /// The main process of what is stopping has ended.
  ///
  /// @param state knows how
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
    // Nobody watches a tree that was not signalled: no news of its end would come.
    return leftovers ? Step.to(state.signalled(true), signal(state)) : gone(state);
  }

  /// @param killed whether SIGKILL has reached others than the main process, or may have
  Step treeGone(Supervised state, boolean killed) {
    boolean mainWasEnded = state.stopCause() != StopCause.FELL && isKilled(state);
    return gone(killed || mainWasEnded ? state : unforced(state));
  }

  /// Whether the main process ended by SIGKILL, as far as its exit tells.
  private static boolean isKilled(Supervised state) {
    return state
        .lastExit()
        .filter(exit ->
            switch (exit) {
              // What a JDK, or a shell in between, makes of SIGKILL.
              case Exit.Code(int code) -> code == 128 + Signal.SIGKILL.number();
              case Exit.Signalled(int signal, boolean _) -> signal == Signal.SIGKILL.number();
              case Exit.Unknown _ -> true;
            })
        .isPresent();
  }

  /// The patience was over, but all had obeyed before SIGKILL reached them.
  private static Supervised unforced(Supervised state) {
    return state.because(state.withoutForce(state.reason())).forced("");
  }

  private Step gone(Supervised state) {
    return state.phase() == Phase.STOPPING
        ? next(state).precededBy(new CancelTimer(Timer.KILL))
        : Step.to(state);
  }

  /// What becomes of an instance when nothing is left of the run that was being ended.
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

  /// Of what fell the main process may have ended long before the rest of its tree.
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
