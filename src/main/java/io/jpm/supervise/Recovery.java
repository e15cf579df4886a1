package io.jpm.supervise;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.supervise.SupervisionEffect.Announce;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;

/// Transitions of an instance whose process a new daemon finds running or gone. The timers of the
/// old daemon no longer exist, and conditions for which it was waiting must be awaited again.
record Recovery(RunTransitions runRules, StopTransitions stopping, LaunchTransitions launching) {
  private static final String ADOPTED = "adopted from the previous daemon";

  Step adopted(InstanceState state, SupervisionEvent.Adopted event) {
    long since = runRules.now() - event.uptimeNanos();
    // All earlier failures happened before this process was started.
    InstanceState here =
        state
            .ofGeneration(event.generation())
            .onlineSince(since)
            .withCounters(state.counters().rebased(since));
    boolean newer = event.generation() > state.generation();
    Step step = newer ? taken(ordered(here)) : resume(here);
    return step.precededBy(new Announce(LifecycleChange.ADOPT));
  }

  /// Updates the desired state for a newer generation, because the request that launched it is not
  /// in the journal. If the desired state was already UP, the launch may have been an automatic
  /// restart. Otherwise, a user has started the instance.
  private static InstanceState ordered(InstanceState here) {
    return here.desiredState() == DesiredState.UP
        ? here
        : here.withFailuresReset().withDesired(DesiredState.UP);
  }

  private Step resume(InstanceState here) {
    boolean wanted = here.desiredState() == DesiredState.UP && here.stopCause() == StopCause.NONE;
    return switch (here.phase()) {
      case ONLINE -> wanted ? online(here) : end(here);
      case LAUNCHING, WAITING_RESTART -> wanted ? taken(here) : end(here);
      case STOPPING -> stopping.resume(here);
      case STOPPED, ERRORED -> end(here.withDesired(DesiredState.DOWN));
    };
  }

  /// Continues with a running process. Waits for its readiness if the policy requires this. The
  /// process may have reported readiness while no daemon was running, which the caller must check.
  private Step taken(InstanceState here) {
    return runRules.policies().readiness().awaited()
        ? runRules.awaitReadiness(here.withReason(ADOPTED))
        : online(here);
  }

  private static Step online(InstanceState here) {
    return Step.to(here.inPhase(Phase.ONLINE, ADOPTED));
  }

  /// Continues a stop or restart that was requested while the process was being launched.
  private Step end(InstanceState here) {
    return stopping.end(here, StopCause.ASKED, why(here));
  }

  Step foundGone(InstanceState state, SupervisionEvent.ProcessGone event) {
    InstanceState known =
        state
            .ofGeneration(event.generation())
            .withCounters(state.counters().rebased(runRules.now()));
    if (event.generation() > state.generation()) {
      return fell(ordered(known), event);
    }
    boolean endsLeftovers = event.leftovers() && runRules.policies().stop().wholeTree();
    return switch (state.phase()) {
      case STOPPED -> endsLeftovers ? stopping.endOldLeftovers(known) : Step.to(known);
      // A failure count above 0 restores the phase `errored` after the stop.
      case ERRORED ->
          endsLeftovers
              ? stopping.endOldLeftovers(known.withCounters(known.counters().failed()))
              : Step.to(known);
      case WAITING_RESTART ->
          endsLeftovers
              ? stopping.endOldLeftovers(known)
              : stopping.restarting().restartDelay(known);
      case LAUNCHING -> goneWhileLaunching(known, event);
      case ONLINE ->
          known.desiredState() == DesiredState.UP ? fell(known, event) : goneAsked(known, event);
      case STOPPING -> goneAsked(known, event);
    };
  }

  private Step goneWhileLaunching(InstanceState state, SupervisionEvent.ProcessGone event) {
    if (state.desiredState() != DesiredState.UP || state.stopCause() != StopCause.NONE) {
      return goneAsked(state, event);
    }
    boolean began =
        state.awaits(StartBlocker.READINESS)
            || event.leftovers()
            || !(event.exit() instanceof Exit.Unknown);
    // If there is no evidence that a process existed, the requested start is still pending.
    return began || runRules.policies().candidate()
        ? fell(state, event)
        : launching.afterDependencies(
            state.ended(event.exit()).withCounters(state.counters().afterUnmeasuredRun()),
            LifecycleChange.START,
            "started by command");
  }

  /// Computes the step for a process that exited on its own. Its runtime is unknown, so the run
  /// does not count as unstable.
  private Step fell(InstanceState state, SupervisionEvent.ProcessGone event) {
    String why =
        event.exit()
            + (event.cause().isEmpty() ? "" : " (" + event.cause() + ")")
            + (event.lastErrorLine().isEmpty() || event.exit().isClean()
                ? ""
                : ": " + event.lastErrorLine());
    InstanceState ended =
        state
            .ended(event.exit())
            .withCounters(state.counters().afterUnmeasuredRun())
            .withReason(why);
    RestartDecision restartDecision =
        runRules.rules().afterExit(event.exit(), why, ended.counters(), true);
    return runRules.runEnded(
        RestartTransitions.recordDecision(ended, restartDecision), event.leftovers());
  }

  /// Computes the step for a process that was being stopped. The recorded state determines whether
  /// the instance is started again.
  private Step goneAsked(InstanceState state, SupervisionEvent.ProcessGone event) {
    InstanceState ended = state.ended(event.exit());
    if (!event.leftovers() || !runRules.policies().stop().wholeTree()) {
      return stopping.next(ended);
    }
    return state.stopCause() == StopCause.FELL
        ? stopping.endLeftovers(ended, StopCause.FELL, state.reason())
        : stopping.endLeftovers(ended, StopCause.ASKED, why(state));
  }

  private static String why(InstanceState state) {
    return state.desiredState() == DesiredState.UP ? state.reason() : "stopping by command";
  }
}
