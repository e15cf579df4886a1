package io.jpm.supervise;

import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.Change;

/// Transitions of an instance that a new daemon finds running or gone. The timers and waits of the
/// old daemon no longer exist.
record Recovery(RunRules runRules, Stopping stopping, Launching launching) {
  private static final String ADOPTED = "adopted from the previous daemon";

  Step adopted(Supervised state, Event.Adopted event) {
    long since = runRules.now() - event.uptimeNanos();
    // All earlier failures happened before this process began.
    Supervised here =
        state
            .ofGeneration(event.generation())
            .onlineSince(since)
            .counted(state.counters().rebased(since));
    boolean newer = event.generation() > state.generation();
    Step step = newer ? taken(ordered(here)) : goOn(here);
    return step.precededBy(new Announce(Change.ADOPT));
  }

  /// The journal does not contain the request that launched this newer generation. If the desired
  /// state was already UP, it may have been an automatic restart; otherwise a user has started the
  /// instance.
  private static Supervised ordered(Supervised here) {
    return here.desiredState() == DesiredState.UP ? here : here.forgiven().want(DesiredState.UP);
  }

  private Step goOn(Supervised here) {
    boolean wanted = here.desiredState() == DesiredState.UP && here.stopCause() == StopCause.NONE;
    return switch (here.phase()) {
      case ONLINE -> wanted ? online(here) : end(here);
      case LAUNCHING, WAITING_RESTART -> wanted ? taken(here) : end(here);
      case STOPPING -> stopping.goOn(here);
      case STOPPED, ERRORED -> end(here.want(DesiredState.DOWN));
    };
  }

  /// The process may have reported readiness while no daemon ran; the caller must check that.
  private Step taken(Supervised here) {
    return runRules.policies().readiness().awaited()
        ? runRules.awaitReadiness(here.because(ADOPTED))
        : online(here);
  }

  private static Step online(Supervised here) {
    return Step.to(here.in(Phase.ONLINE, ADOPTED));
  }

  /// Continues a stop or restart that was requested while the process was being launched.
  private Step end(Supervised here) {
    return stopping.end(here, StopCause.ASKED, why(here));
  }

  Step foundGone(Supervised state, Event.FoundGone event) {
    Supervised known =
        state.ofGeneration(event.generation()).counted(state.counters().rebased(runRules.now()));
    if (event.generation() > state.generation()) {
      return fell(ordered(known), event);
    }
    boolean strays = event.leftovers() && runRules.policies().stop().wholeTree();
    return switch (state.phase()) {
      case STOPPED -> strays ? stopping.endStrays(known) : Step.to(known);
      // A failure count above 0 leads back to `errored` after the stop.
      case ERRORED ->
          strays ? stopping.endStrays(known.counted(known.counters().failed())) : Step.to(known);
      case WAITING_RESTART ->
          strays ? stopping.endStrays(known) : stopping.restarting().waitAnew(known);
      case LAUNCHING -> goneWhileLaunching(known, event);
      case ONLINE ->
          known.desiredState() == DesiredState.UP ? fell(known, event) : goneAsked(known, event);
      case STOPPING -> goneAsked(known, event);
    };
  }

  private Step goneWhileLaunching(Supervised state, Event.FoundGone event) {
    if (state.desiredState() != DesiredState.UP || state.stopCause() != StopCause.NONE) {
      return goneAsked(state, event);
    }
    boolean began =
        state.awaits(StartBlocker.READINESS)
            || event.leftovers()
            || !(event.exit() instanceof Exit.Unknown);
    // Without evidence that a process existed, the requested start is still pending.
    return began || runRules.policies().trial()
        ? fell(state, event)
        : launching.inOrder(
            state.ended(event.exit()).counted(state.counters().unmeasured()),
            Change.START,
            "started by command");
  }

  /// The process ended by itself. Its run time is unknown, so the run does not count as unstable.
  private Step fell(Supervised state, Event.FoundGone event) {
    String why =
        event.exit()
            + (event.cause().isEmpty() ? "" : " (" + event.cause() + ")")
            + (event.said().isEmpty() || event.exit().isClean() ? "" : ": " + event.said());
    Supervised ended =
        state.ended(event.exit()).counted(state.counters().unmeasured()).because(why);
    EndRules endRules = runRules.rules().afterExit(event.exit(), why, ended.counters(), true);
    return runRules.fallen(Restarting.pledge(ended, endRules), event.leftovers());
  }

  /// The process was being stopped; the state contains what follows.
  private Step goneAsked(Supervised state, Event.FoundGone event) {
    Supervised ended = state.ended(event.exit());
    if (!event.leftovers() || !runRules.policies().stop().wholeTree()) {
      return stopping.next(ended);
    }
    return state.stopCause() == StopCause.FELL
        ? stopping.endLeftovers(ended, StopCause.FELL, state.reason())
        : stopping.endLeftovers(ended, StopCause.ASKED, why(state));
  }

  private static String why(Supervised state) {
    return state.desiredState() == DesiredState.UP ? state.reason() : "stopping by command";
  }
}
