package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.process.Phase;
import io.jpm.supervise.SupervisionEffect.Announce;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import io.jpm.supervise.SupervisionEffect.StartTimer;
import java.time.Duration;
import java.util.Optional;

/// Transitions from the result of a spawn to the exit of the main process.
record RunTransitions(SupervisionPolicy policies, StopTransitions stopping, long now) {
  Step spawned(InstanceState state) {
    if (!state.awaits(StartBlocker.SPAWN)) {
      return Step.to(state);
    }
    InstanceState here = state.onlineSince(now);
    if (here.desiredState() != DesiredState.UP) {
      return stopping.end(here, StopCause.ASKED, "stopping by command");
    }
    if (here.stopCause() != StopCause.NONE) {
      return stopping.end(here, StopCause.ASKED, here.reason());
    }
    return policies.readiness().awaited() ? awaitReadiness(here) : online(here);
  }

  Step awaitReadiness(InstanceState here) {
    Duration patience = policies.readiness().timeout();
    return Step.to(
        here.launching(StartBlocker.READINESS, here.reason()),
        new StartTimer(InstanceTimer.READY, here.generation(), patience));
  }

  Step ready(InstanceState state) {
    return state.awaits(StartBlocker.READINESS)
        ? online(state).precededBy(new CancelTimer(InstanceTimer.READY))
        : Step.to(state);
  }

  private static Step online(InstanceState here) {
    return Step.to(here.inPhase(Phase.ONLINE, here.reason()), new Announce(LifecycleChange.ONLINE));
  }

  Step spawnFailed(InstanceState state, SupervisionEvent.SpawnFailed event) {
    if (!state.awaits(StartBlocker.SPAWN)) {
      return Step.to(state);
    }
    if (state.desiredState() != DesiredState.UP) {
      return RestartTransitions.stopped(state, "stopped by command");
    }
    if (state.stopCause() != StopCause.NONE) {
      // The failed spawn may have used an older spec than the restart that was requested in the
      // meantime.
      return stopping.restarting().afterReplacedRun(state);
    }
    if (!event.temporary()) {
      return RestartTransitions.giveUp(state, event.reason());
    }
    InstanceState failed = state.withCounters(state.counters().failed()).withReason(event.reason());
    return switch (rules().afterSpawnRefusal(event.reason(), failed.counters())) {
      case RestartDecision.Again() -> stopping.restarting().retrySpawn(failed);
      case RestartDecision.StayStopped(String why) -> RestartTransitions.giveUp(failed, why);
      case RestartDecision.GiveUp(String why) -> RestartTransitions.giveUp(failed, why);
    };
  }

  /// Computes the step after the readiness timeout has expired.
  ///
  /// @param finding a human-readable reason why the process is not ready; empty if unknown
  Step notReady(InstanceState state, String finding) {
    if (!state.awaits(StartBlocker.READINESS)) {
      return Step.to(state);
    }
    ReadinessPolicy readinessPolicy = policies.readiness();
    String within =
        ReadinessPolicy.NOT_READY + "within " + DurationText.of(readinessPolicy.timeout());
    String why = within + (finding.isEmpty() ? " (listen_timeout)" : ": " + finding);
    return failedStart(state, why);
  }

  private Step failedStart(InstanceState state, String why) {
    InstanceState failed = state.withCounters(failure(state.counters().failed())).withReason(why);
    InstanceState pledged =
        RestartTransitions.recordDecision(
            failed, rules().afterReadinessTimeout(why, failed.counters()));
    return stopping.end(pledged, StopCause.FELL, pledged.reason());
  }

  Step moreTime(InstanceState state, Duration time) {
    Duration passed = Duration.ofNanos(now - state.onlineSinceNanos());
    boolean later = passed.plus(time).compareTo(policies.readiness().timeout()) > 0;
    return state.awaits(StartBlocker.READINESS) && later
        ? Step.to(state, new StartTimer(InstanceTimer.READY, state.generation(), time))
        : Step.to(state);
  }

  /// Computes the step after a failed liveness probe. The probe failure counts like an exit, so
  /// that an app that is never healthy for long is not restarted forever.
  Step livenessFailed(InstanceState state, String why) {
    if (state.desiredState() != DesiredState.UP || state.stopCause() != StopCause.NONE) {
      return Step.to(state);
    }
    if (state.awaits(StartBlocker.READINESS)) {
      return failedStart(state, why).precededBy(new CancelTimer(InstanceTimer.READY));
    }
    if (state.phase() != Phase.ONLINE) {
      return Step.to(state);
    }
    Duration uptime = Duration.ofNanos(now - state.onlineSinceNanos());
    RestartCounters restartCounters =
        policies.wasHealthy(uptime)
            ? afterRunOf(uptime, state.counters())
            : state.counters().failed();
    InstanceState counted = state.withCounters(failure(restartCounters)).withReason(why);
    InstanceState pledged =
        RestartTransitions.recordDecision(
            counted, rules().afterLivenessFailure(why, counted.counters()));
    return stopping.end(pledged, StopCause.FELL, pledged.reason());
  }

  Step exited(InstanceState state, SupervisionEvent.Exited event) {
    InstanceState known = state.ended(event.exit());
    return switch (state.phase()) {
      case ONLINE -> exitedOnItsOwn(known, event);
      case STOPPING -> stopping.exited(known, event.leftovers());
      case LAUNCHING ->
          state.awaits(StartBlocker.READINESS)
              ? exitedOnItsOwn(known, event).precededBy(new CancelTimer(InstanceTimer.READY))
              : Step.to(state);
      case STOPPED, WAITING_RESTART, ERRORED -> Step.to(state);
    };
  }

  /// Computes the step after the main process has exited on its own.
  private Step exitedOnItsOwn(InstanceState state, SupervisionEvent.Exited event) {
    boolean online = state.phase() == Phase.ONLINE;
    Duration uptime = Duration.ofNanos(now - state.onlineSinceNanos());
    Optional<DaemonizedProgram> daemonized =
        event.daemonized().filter(daemon -> daemon.explains(event.exit()));
    String why =
        event.exit()
            + (event.cause().isEmpty() ? "" : " (" + event.cause() + ")")
            + " after "
            + DurationText.of(uptime)
            + (online ? "" : ", before it was ready")
            + (event.lastErrorLine().isEmpty() || event.exit().isClean()
                ? ""
                : ": " + event.lastErrorLine())
            + daemonized.map(daemon -> ": " + daemon.message()).orElse("");
    boolean ran = online && daemonized.isEmpty();
    RestartCounters restartCounters =
        ran ? afterRunOf(uptime, state.counters()) : state.counters().failed();
    boolean failed = policies.restart().isFailure(event.exit());
    InstanceState counted =
        state.withCounters(failed ? failure(restartCounters) : restartCounters).withReason(why);
    RestartDecision restartDecision =
        rules().afterExit(event.exit(), why, counted.counters(), online);
    if (daemonized.isPresent() && restartDecision instanceof RestartDecision.Again) {
      // Every run would end in the same way, and each daemonized program would compete with the
      // previous one for the port.
      restartDecision = new RestartDecision.GiveUp(why);
    }
    return runEnded(RestartTransitions.recordDecision(counted, restartDecision), event.leftovers());
  }

  /// Computes the step after a run has ended and the decision is recorded in the state. Leftovers
  /// are stopped first.
  Step runEnded(InstanceState pledged, boolean leftovers) {
    return leftovers && policies.stop().wholeTree()
        ? stopping.endLeftovers(pledged, StopCause.FELL, pledged.reason())
        : stopping
            .restarting()
            .afterEndedRun(pledged)
            .precededBy(new Announce(LifecycleChange.EXIT));
  }

  private RestartCounters failure(RestartCounters restartCounters) {
    return restartCounters.failedAt(now, policies.restart().window());
  }

  private RestartCounters afterRunOf(Duration uptime, RestartCounters before) {
    boolean stable = uptime.compareTo(policies.restart().minUptime()) >= 0;
    RestartCounters restartCounters = stable ? before.afterStableRun() : before.failed();
    return uptime.compareTo(Backoff.RESET) >= 0 ? restartCounters.attempts(0) : restartCounters;
  }

  RestartDecider rules() {
    return new RestartDecider(policies.restart(), policies.candidate());
  }
}
