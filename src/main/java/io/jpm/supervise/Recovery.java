package io.jpm.supervise;

import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.Change;

/// How a new daemon goes on with what an earlier one has left. No timer, no wait and no watch of
/// the old one is there any more.
record Recovery(RunRules runRules, Stopping stopping, Launching launching) {
  private static final String ADOPTED = "adopted from the previous daemon";

  Step adopted(Supervised state, Event.Adopted event) {
    long since = runRules.now() - event.uptimeNanos();
    // Whatever ended before has ended before this process began.
    Supervised here =
        state
            .ofGeneration(event.generation())
            .onlineSince(since)
            .counted(state.counters().rebased(since));
    boolean newer = event.generation() > state.generation();
    Step step = newer ? taken(ordered(here)) : goOn(here);
    return step.precededBy(new Announce(Change.ADOPT));
  }

  /// Between what is written down and what is found lies an order to launch. Where it was wanted up
  /// already that may have been its own restart, otherwise somebody made a new beginning.
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

  /// It may have said that it is ready when nobody heard it: the caller finds out.
  private Step taken(Supervised here) {
    return runRules.policies().readiness().awaited()
        ? runRules.awaitReadiness(here.because(ADOPTED))
        : online(here);
  }

  private static Step online(Supervised here) {
    return Step.to(here.in(Phase.ONLINE, ADOPTED));
  }

  /// A stop or restart of what was still being made was under way: it goes on.
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
      // The count of failures is what leads back to errored.
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
    // Where nothing tells that there was a process, this start is still owed.
    return began || runRules.policies().trial()
        ? fell(state, event)
        : launching.inOrder(
            state.ended(event.exit()).counted(state.counters().unmeasured()),
            Change.START,
            "started by command");
  }

  /// It ended by itself. How long it ran is not known, so that is not held against it.
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

  /// It was to end; what shall follow is in the state.
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
