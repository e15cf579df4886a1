package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.Readiness;
import io.jpm.model.run.Phase;
import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;
import io.jpm.supervise.Effect.StartTimer;
import java.time.Duration;
import java.util.Optional;

/// Transitions of a run from the result of its spawn to the exit of its main process.
record RunRules(Policies policies, Stopping stopping, long now) {
  Step spawned(Supervised state) {
    if (!state.awaits(StartBlocker.SPAWN)) {
      return Step.to(state);
    }
    Supervised here = state.onlineSince(now);
    if (here.desiredState() != DesiredState.UP) {
      return stopping.end(here, StopCause.ASKED, "stopping by command");
    }
    if (here.stopCause() != StopCause.NONE) {
      return stopping.end(here, StopCause.ASKED, here.reason());
    }
    return policies.readiness().awaited() ? awaitReadiness(here) : online(here);
  }

  Step awaitReadiness(Supervised here) {
    Duration patience = policies.readiness().timeout();
    return Step.to(
        here.launching(StartBlocker.READINESS, here.reason()),
        new StartTimer(Timer.READY, here.generation(), patience));
  }

  Step ready(Supervised state) {
    return state.awaits(StartBlocker.READINESS)
        ? online(state).precededBy(new CancelTimer(Timer.READY))
        : Step.to(state);
  }

  private static Step online(Supervised here) {
    return Step.to(here.in(Phase.ONLINE, here.reason()), new Announce(Change.ONLINE));
  }

  Step spawnFailed(Supervised state, Event.SpawnFailed event) {
    if (!state.awaits(StartBlocker.SPAWN)) {
      return Step.to(state);
    }
    if (state.desiredState() != DesiredState.UP) {
      return Restarting.stopped(state, "stopped by command");
    }
    if (state.stopCause() != StopCause.NONE) {
      // The failed spawn may belong to an older spec than the restart that was requested meanwhile.
      return stopping.restarting().inItsPlace(state);
    }
    if (!event.temporary()) {
      return Restarting.giveUp(state, event.reason());
    }
    Supervised failed = state.counted(state.counters().failed()).because(event.reason());
    return switch (rules().afterRefusal(event.reason(), failed.counters())) {
      case EndRules.Again() -> stopping.restarting().tryAgain(failed);
      case EndRules.Rest(String why) -> Restarting.giveUp(failed, why);
      case EndRules.GiveUp(String why) -> Restarting.giveUp(failed, why);
    };
  }

  /// @param finding human-readable reason why the process is not ready; empty if unknown
  Step notReady(Supervised state, String finding) {
    if (!state.awaits(StartBlocker.READINESS)) {
      return Step.to(state);
    }
    Readiness readiness = policies.readiness();
    String within = Readiness.NOT_READY + "within " + DurationText.of(readiness.timeout());
    String why = within + (finding.isEmpty() ? " (listen_timeout)" : ": " + finding);
    return failedStart(state, why);
  }

  private Step failedStart(Supervised state, String why) {
    Supervised failed = state.counted(failure(state.counters().failed())).because(why);
    Supervised pledged =
        Restarting.pledge(failed, rules().afterNoReadiness(why, failed.counters()));
    return stopping.end(pledged, StopCause.FELL, pledged.reason());
  }

  Step moreTime(Supervised state, Duration time) {
    Duration passed = Duration.ofNanos(now - state.onlineSinceNanos());
    boolean later = passed.plus(time).compareTo(policies.readiness().timeout()) > 0;
    return state.awaits(StartBlocker.READINESS) && later
        ? Step.to(state, new StartTimer(Timer.READY, state.generation(), time))
        : Step.to(state);
  }

  /// Computes the step after a failed liveness probe. It counts as a failure, as an exit does, so
  /// that an app that is never healthy for long is not restarted forever.
  Step unwell(Supervised state, String why) {
    if (state.desiredState() != DesiredState.UP || state.stopCause() != StopCause.NONE) {
      return Step.to(state);
    }
    if (state.awaits(StartBlocker.READINESS)) {
      return failedStart(state, why).precededBy(new CancelTimer(Timer.READY));
    }
    if (state.phase() != Phase.ONLINE) {
      return Step.to(state);
    }
    Duration uptime = Duration.ofNanos(now - state.onlineSinceNanos());
    Counters counters =
        policies.wasWell(uptime) ? afterRunOf(uptime, state.counters()) : state.counters().failed();
    Supervised counted = state.counted(failure(counters)).because(why);
    Supervised pledged = Restarting.pledge(counted, rules().afterIllness(why, counted.counters()));
    return stopping.end(pledged, StopCause.FELL, pledged.reason());
  }

  Step exited(Supervised state, Event.Exited event) {
    Supervised known = state.ended(event.exit());
    return switch (state.phase()) {
      case ONLINE -> fell(known, event);
      case STOPPING -> stopping.exited(known, event.leftovers());
      case LAUNCHING ->
          state.awaits(StartBlocker.READINESS)
              ? fell(known, event).precededBy(new CancelTimer(Timer.READY))
              : Step.to(state);
      case STOPPED, WAITING_RESTART, ERRORED -> Step.to(state);
    };
  }

  /// Computes the step after the main process has exited without a request.
  private Step fell(Supervised state, Event.Exited event) {
    boolean online = state.phase() == Phase.ONLINE;
    Duration uptime = Duration.ofNanos(now - state.onlineSinceNanos());
    Optional<Daemonized> daemonized =
        event.daemonized().filter(daemon -> daemon.isMeantBy(event.exit()));
    String why =
        event.exit()
            + (event.cause().isEmpty() ? "" : " (" + event.cause() + ")")
            + " after "
            + DurationText.of(uptime)
            + (online ? "" : ", before it was ready")
            + (event.said().isEmpty() || event.exit().isClean() ? "" : ": " + event.said())
            + daemonized.map(daemon -> ": " + daemon.words()).orElse("");
    boolean ran = online && daemonized.isEmpty();
    Counters counters = ran ? afterRunOf(uptime, state.counters()) : state.counters().failed();
    boolean failed = policies.restart().isFailure(event.exit());
    Supervised counted = state.counted(failed ? failure(counters) : counters).because(why);
    EndRules endRules = rules().afterExit(event.exit(), why, counted.counters(), online);
    if (daemonized.isPresent() && endRules instanceof EndRules.Again) {
      // Every run would end like this, and each daemon would compete with the previous one for the
      // port.
      endRules = new EndRules.GiveUp(why);
    }
    return fallen(Restarting.pledge(counted, endRules), event.leftovers());
  }

  /// Computes the step after the end of a run whose decision is recorded. Leftovers are ended
  /// first.
  Step fallen(Supervised pledged, boolean leftovers) {
    return leftovers && policies.stop().wholeTree()
        ? stopping.endLeftovers(pledged, StopCause.FELL, pledged.reason())
        : stopping.restarting().afterFall(pledged).precededBy(new Announce(Change.EXIT));
  }

  private Counters failure(Counters counters) {
    return counters.failedAt(now, policies.restart().window());
  }

  private Counters afterRunOf(Duration uptime, Counters before) {
    boolean stable = uptime.compareTo(policies.restart().minUptime()) >= 0;
    Counters counters = stable ? before.steadied() : before.failed();
    return uptime.compareTo(Backoff.RESET) >= 0 ? counters.attempts(0) : counters;
  }

  RestartRules rules() {
    return new RestartRules(policies.restart(), policies.trial());
  }
}
