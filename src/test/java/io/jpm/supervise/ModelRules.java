package io.jpm.supervise;

import io.jpm.model.RestartWindow;
import io.jpm.model.process.Phase;
import io.jpm.supervise.ModelState.Fact;
import io.jpm.supervise.ModelState.Facts;
import io.jpm.supervise.ModelState.Source;
import io.jpm.supervise.ModelState.Transition;
import io.jpm.supervise.ModelState.Violation;
import java.util.List;

/// Rules that hold in every state. Each rule is a sentence; `Fault` contains a machine that breaks
/// it.
record ModelRules(SupervisionPolicy policies) {
  static final String ONE_GENERATION = "at most one generation runs";
  static final String TREE_FIRST = "the next generation starts only when the tree is gone";
  static final String DESIRED_UP = "nothing is launched unless the desired state is UP";
  static final String MAX_RESTARTS = "restarts in a row never exceed max_restarts";
  static final String NO_EARLY_END = "no app is given up before max_restarts failures in a row";
  static final String WINDOW = "failures within the restart window never exceed its limit";
  static final String DAEMONIZED_STAYS = "a program that daemonized itself is not restarted";
  static final String CURRENT_GENERATION = "an effect is for the current generation";
  static final String RUNNING = "only a running process is signalled";
  static final String MAIN_RUNNING = "only a running main process receives a command or a message";
  static final String ONE_COMMAND = "the stop command runs at most once per stop";
  static final String STOP_KEPT = "a stop command is not lost";
  static final String STOPPED_STAYS = "an app that a user stopped is started only by a command";
  static final String IDLE_STAYS = "stopped is left only by a command or a schedule";
  static final String ERRORED_STAYS =
      "errored is left only by a command, a schedule or a file change";
  static final String SPAWN_AWAITED = "launching waits for a requested process";
  static final String NOTHING_RUNS = "a stopped or errored app has no running process";
  static final String END_WITHOUT_TIMERS = "a stopped or errored app has no timers";
  static final String END_NOT_UP = "the desired state of a stopped or errored app is not UP";
  static final String ONE_WAIT = "launching waits for exactly one thing";
  static final String READY_TIMER = "a wait for readiness always has its timer";
  static final String ONLINE_RUNS = "an online app has a running process and the desired state UP";
  static final String ONLINE_WITHOUT_TIMERS = "an online app has no timers";
  static final String KILL_TIMER = "stopping always has a kill timer and no other";
  static final String END_REPORTED = "stopping waits for an end that will be reported";
  static final String SIGNAL_KNOWN =
      "a process that stops without a signal still has its main process";
  static final String DELAY_TIMER = "a delayed restart has its timer and no other";
  static final String CANDIDATE_ONCE = "a candidate is started only on request and never restarted";

  private static void check(boolean holds, String rule) {
    if (!holds) {
      throw new Violation(rule);
    }
  }

  /// Checks that `effect` is allowed in `world`, in which the effects before it are done.
  void checkEffect(SupervisionEffect supervisionEffect, ModelState modelState) {
    Facts facts = modelState.facts();
    long present = modelState.state().generation();
    switch (supervisionEffect) {
      case SupervisionEffect.AwaitDependencies(long generation) -> {
        check(generation == present, CURRENT_GENERATION);
        checkLaunch(modelState);
      }
      case SupervisionEffect.Spawn(long generation) -> {
        check(generation == present, CURRENT_GENERATION);
        checkLaunch(modelState);
      }
      case SupervisionEffect.SignalTree(long generation, var _) -> {
        check(generation == present, CURRENT_GENERATION);
        check(facts.hasAny(Fact.MAIN, Fact.LEFTOVERS, Fact.WATCHED), RUNNING);
      }
      case SupervisionEffect.SendShutdown(long generation) -> {
        check(generation == present, CURRENT_GENERATION);
        check(facts.has(Fact.MAIN), MAIN_RUNNING);
      }
      case SupervisionEffect.RunStopCommand(long generation) -> {
        check(generation == present, CURRENT_GENERATION);
        check(facts.has(Fact.MAIN), MAIN_RUNNING);
        check(!facts.has(Fact.COMMAND_RUN), ONE_COMMAND);
      }
      case SupervisionEffect.StartTimer(var _, long generation, var _) ->
          check(generation == present, CURRENT_GENERATION);
      case SupervisionEffect.CancelTimer _, SupervisionEffect.Announce _ -> {}
    }
  }

  private void checkLaunch(ModelState modelState) {
    check(!modelState.facts().hasAny(Fact.SPAWN, Fact.MAIN), ONE_GENERATION);
    check(!modelState.has(Fact.LEFTOVERS) || !policies.stop().wholeTree(), TREE_FIRST);
    check(modelState.state().desiredState() == DesiredState.UP, DESIRED_UP);
    check(modelState.failures() < Math.max(1, policies.restart().maxRestarts()), MAX_RESTARTS);
    check(modelState.window() < windowMost(), WINDOW);
  }

  private int windowMost() {
    RestartWindow window = policies.restart().window();
    return window.limited() ? window.most() : Integer.MAX_VALUE;
  }

  /// Checks the rules for the transition from `old` to `world`.
  void checkTransition(Transition possible, InstanceState old, ModelState modelState) {
    SupervisionEvent supervisionEvent = possible.event();
    InstanceState next = modelState.state();
    if (supervisionEvent instanceof SupervisionEvent.StopRequested) {
      check(next.desiredState() == DesiredState.DOWN, STOP_KEPT);
    }
    boolean ordered = possible.source() == Source.COMMAND || isNewer(supervisionEvent, old);
    if (policies.candidate() && next.generation() != old.generation()) {
      boolean asked = old.desiredState() == DesiredState.UP && old.stopCause() == StopCause.ASKED;
      check(ordered || asked || possible.source() == Source.TRIGGER, CANDIDATE_ONCE);
    }
    if (ModelState.isDaemonizing(supervisionEvent)
        && (old.phase() == Phase.ONLINE || old.awaits(StartBlocker.READINESS))) {
      check(next.desiredState() != DesiredState.UP, DAEMONIZED_STAYS);
    }
    if (old.desiredState() == DesiredState.DOWN) {
      check(next.desiredState() == DesiredState.DOWN || ordered, STOPPED_STAYS);
    }
    if (old.phase() == Phase.STOPPED) {
      check(
          next.phase() == Phase.STOPPED
              || ordered
              || isDue(supervisionEvent, SupervisionEvent.RestartCause.SCHEDULE)
              || areLeftovers(supervisionEvent, next),
          IDLE_STAYS);
    }
    if (old.phase() == Phase.ERRORED) {
      check(
          next.phase() == Phase.ERRORED
              || ordered
              || isDue(
                  supervisionEvent,
                  SupervisionEvent.RestartCause.SCHEDULE,
                  SupervisionEvent.RestartCause.FILES)
              || areLeftovers(supervisionEvent, next),
          ERRORED_STAYS);
    } else if (next.phase() == Phase.ERRORED
        && !isFinal(supervisionEvent)
        && !possible.before().has(Fact.GIVEN_UP)
        && !policies.candidate()) {
      boolean inARow = modelState.failures() >= Math.max(1, policies.restart().maxRestarts());
      check(inARow || modelState.window() >= windowMost(), NO_EARLY_END);
    }
  }

  /// Reports whether a new daemon stops leftovers of an earlier run. It then continues as if they
  /// had been gone.
  private static boolean areLeftovers(SupervisionEvent supervisionEvent, InstanceState next) {
    return supervisionEvent instanceof SupervisionEvent.ProcessGone gone
        && gone.leftovers()
        && next.phase() == Phase.STOPPING
        && next.desiredState() != DesiredState.UP;
  }

  /// Reports whether a new daemon found a newer generation than the journal records, which a
  /// command must have started.
  private static boolean isNewer(SupervisionEvent supervisionEvent, InstanceState old) {
    boolean boot =
        supervisionEvent instanceof SupervisionEvent.Adopted
            || supervisionEvent instanceof SupervisionEvent.ProcessGone;
    return boot
        && supervisionEvent instanceof SupervisionEvent.GenerationEvent found
        && found.generation() > old.generation();
  }

  private static boolean isDue(
      SupervisionEvent supervisionEvent, SupervisionEvent.RestartCause... causes) {
    return supervisionEvent
            instanceof
            SupervisionEvent.RestartDue(SupervisionEvent.RestartCause restartCause, String _)
        && List.of(causes).contains(restartCause);
  }

  private static boolean isFinal(SupervisionEvent supervisionEvent) {
    return supervisionEvent instanceof SupervisionEvent.DependencyFailed
        || (supervisionEvent
                instanceof SupervisionEvent.SpawnFailed(long _, String _, boolean temporary)
            && !temporary);
  }

  /// Checks the rules that hold in every state.
  void checkState(ModelState modelState) {
    InstanceState state = modelState.state();
    Facts facts = modelState.facts();
    boolean whole = policies.stop().wholeTree();
    boolean up = state.desiredState() == DesiredState.UP;
    check(!facts.has(Fact.SPAWN) || state.awaits(StartBlocker.SPAWN), SPAWN_AWAITED);
    switch (state.phase()) {
      case STOPPED, ERRORED -> {
        check(!facts.has(Fact.MAIN) && !(whole && facts.has(Fact.LEFTOVERS)), NOTHING_RUNS);
        check(
            !facts.hasAny(Fact.KILL_TIMER, Fact.RESTART_TIMER, Fact.READY_TIMER),
            END_WITHOUT_TIMERS);
        check(!up, END_NOT_UP);
      }
      case LAUNCHING -> launching(state, facts);
      case ONLINE -> {
        check(facts.has(Fact.MAIN) && up, ONLINE_RUNS);
        check(
            !facts.hasAny(Fact.KILL_TIMER, Fact.RESTART_TIMER, Fact.READY_TIMER),
            ONLINE_WITHOUT_TIMERS);
      }
      case STOPPING -> {
        check(facts.has(Fact.KILL_TIMER), KILL_TIMER);
        check(!facts.hasAny(Fact.RESTART_TIMER, Fact.READY_TIMER), KILL_TIMER);
        check(facts.hasAny(Fact.MAIN, Fact.WATCHED), END_REPORTED);
        check(state.signalled() || facts.has(Fact.MAIN), SIGNAL_KNOWN);
      }
      case WAITING_RESTART -> {
        check(facts.has(Fact.RESTART_TIMER) && up, DELAY_TIMER);
        check(!facts.hasAny(Fact.KILL_TIMER, Fact.READY_TIMER), DELAY_TIMER);
        check(!facts.has(Fact.MAIN) && !(whole && facts.has(Fact.LEFTOVERS)), DELAY_TIMER);
      }
    }
  }

  private static void launching(InstanceState state, Facts facts) {
    boolean timers = facts.hasAny(Fact.KILL_TIMER, Fact.RESTART_TIMER);
    boolean others =
        switch (state.startBlocker()) {
          case NOTHING -> true;
          case DEPENDENCIES ->
              !facts.has(Fact.DEPENDENCY_WAIT)
                  || facts.hasAny(Fact.SPAWN, Fact.MAIN, Fact.READY_TIMER)
                  || state.desiredState() != DesiredState.UP;
          case SPAWN ->
              !facts.has(Fact.SPAWN)
                  || facts.hasAny(Fact.DEPENDENCY_WAIT, Fact.MAIN, Fact.READY_TIMER);
          case READINESS -> {
            check(facts.has(Fact.READY_TIMER), READY_TIMER);
            yield !facts.has(Fact.MAIN)
                || facts.hasAny(Fact.DEPENDENCY_WAIT, Fact.SPAWN)
                || state.desiredState() != DesiredState.UP;
          }
        };
    check(!timers && !others, ONE_WAIT);
  }
}
