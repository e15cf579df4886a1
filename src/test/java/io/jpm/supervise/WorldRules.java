package io.jpm.supervise;

import io.jpm.model.RestartWindow;
import io.jpm.model.run.Phase;
import io.jpm.supervise.World.Fact;
import io.jpm.supervise.World.Facts;
import io.jpm.supervise.World.Possible;
import io.jpm.supervise.World.Source;
import io.jpm.supervise.World.Violation;
import java.util.List;

/// Rules that hold in every state. Each rule is a sentence; `Fault` contains a machine that breaks
/// it.
record WorldRules(Policies policies) {
  static final String ONE_LIFE = "at most one generation runs";
  static final String TREE_FIRST = "the next generation starts only when the tree is gone";
  static final String WANTED = "nothing is launched unless the desired state is UP";
  static final String BRAKE = "restarts in a row never exceed max_restarts";
  static final String NO_EARLY_END = "no app is given up before max_restarts failures in a row";
  static final String WINDOW = "failures within the restart window never exceed its limit";
  static final String DAEMONS_STAY = "a program that daemonized itself is not restarted";
  static final String PRESENT = "an effect is for the current generation";
  static final String LIVING = "only a running process is signalled";
  static final String ABLE = "only a running main process receives a command or a message";
  static final String ONE_COMMAND = "the stop command runs at most once per stop";
  static final String STOP_KEPT = "a stop command is not lost";
  static final String STOPPED_STAYS = "an app that a user stopped is started only by a command";
  static final String REST_STAYS = "stopped is left only by a command or a schedule";
  static final String ERRORED_STAYS =
      "errored is left only by a command, a schedule or a file change";
  static final String ANSWERED = "launching waits for a requested process";
  static final String NOTHING_RUNS = "a stopped or errored app has no running process";
  static final String END_WAITS = "a stopped or errored app has no timers";
  static final String END_UNWANTED = "the desired state of a stopped or errored app is not UP";
  static final String ONE_WAIT = "launching waits for exactly one thing";
  static final String READY_TIMER = "a wait for readiness always has its timer";
  static final String ONLINE_RUNS = "an online app has a running process and the desired state UP";
  static final String ONLINE_QUIET = "an online app has no timers";
  static final String KILL_TIMER = "stopping always has a kill timer and no other";
  static final String END_TOLD = "stopping waits for an end that will be reported";
  static final String SIGNAL_KNOWN =
      "a process that stops without a signal still has its main process";
  static final String DELAY_TIMER = "a delayed restart has its timer and no other";
  static final String ON_TRIAL =
      "a candidate is started only on request and never restarted";

  private static void rule(boolean holds, String rule) {
    if (!holds) {
      throw new Violation(rule);
    }
  }

  /// Checks that `effect` is allowed in `world`, in which the effects before it are done.
  void allows(Effect effect, World world) {
    Facts facts = world.facts();
    long present = world.state().generation();
    switch (effect) {
      case Effect.AwaitDependencies(long generation) -> {
        rule(generation == present, PRESENT);
        mayBegin(world);
      }
      case Effect.Spawn(long generation) -> {
        rule(generation == present, PRESENT);
        mayBegin(world);
      }
      case Effect.SignalTree(long generation, var _) -> {
        rule(generation == present, PRESENT);
        rule(facts.hasAny(Fact.MAIN, Fact.OTHERS, Fact.WATCHED), LIVING);
      }
      case Effect.SendShutdown(long generation) -> {
        rule(generation == present, PRESENT);
        rule(facts.has(Fact.MAIN), ABLE);
      }
      case Effect.RunStopCommand(long generation) -> {
        rule(generation == present, PRESENT);
        rule(facts.has(Fact.MAIN), ABLE);
        rule(!facts.has(Fact.COMMANDED), ONE_COMMAND);
      }
      case Effect.StartTimer(var _, long generation, var _) -> rule(generation == present, PRESENT);
      case Effect.CancelTimer _, Effect.Announce _ -> {}
    }
  }

  private void mayBegin(World world) {
    rule(!world.facts().hasAny(Fact.SPAWN, Fact.MAIN), ONE_LIFE);
    rule(!world.has(Fact.OTHERS) || !policies.stop().wholeTree(), TREE_FIRST);
    rule(world.state().desiredState() == DesiredState.UP, WANTED);
    rule(world.failures() < Math.max(1, policies.restart().maxRestarts()), BRAKE);
    rule(world.window() < windowMost(), WINDOW);
  }

  private int windowMost() {
    RestartWindow window = policies.restart().window();
    return window.limited() ? window.most() : Integer.MAX_VALUE;
  }

  /// Checks the rules for the transition from `old` to `world`.
  void holdOn(Possible possible, Supervised old, World world) {
    Event event = possible.event();
    Supervised next = world.state();
    if (event instanceof Event.StopAsked) {
      rule(next.desiredState() == DesiredState.DOWN, STOP_KEPT);
    }
    boolean ordered = possible.source() == Source.ORDER || isNewer(event, old);
    if (policies.trial() && next.generation() != old.generation()) {
      boolean asked = old.desiredState() == DesiredState.UP && old.stopCause() == StopCause.ASKED;
      rule(ordered || asked || possible.source() == Source.TRIGGER, ON_TRIAL);
    }
    if (World.isDaemonizing(event)
        && (old.phase() == Phase.ONLINE || old.awaits(StartBlocker.READINESS))) {
      rule(next.desiredState() != DesiredState.UP, DAEMONS_STAY);
    }
    if (old.desiredState() == DesiredState.DOWN) {
      rule(next.desiredState() == DesiredState.DOWN || ordered, STOPPED_STAYS);
    }
    if (old.phase() == Phase.STOPPED) {
      rule(
          next.phase() == Phase.STOPPED
              || ordered
              || isDue(event, Event.Cause.SCHEDULE)
              || areStrays(event, next),
          REST_STAYS);
    }
    if (old.phase() == Phase.ERRORED) {
      rule(
          next.phase() == Phase.ERRORED
              || ordered
              || isDue(event, Event.Cause.SCHEDULE, Event.Cause.FILES)
              || areStrays(event, next),
          ERRORED_STAYS);
    } else if (next.phase() == Phase.ERRORED
        && !isFinal(event)
        && !possible.before().has(Fact.GIVEN_UP)
        && !policies.trial()) {
      boolean inARow = world.failures() >= Math.max(1, policies.restart().maxRestarts());
      rule(inARow || world.window() >= windowMost(), NO_EARLY_END);
    }
  }

  /// Reports whether a new daemon stops leftovers of an earlier run. It then continues as if they
  /// had been gone.
  private static boolean areStrays(Event event, Supervised next) {
    return event instanceof Event.FoundGone gone
        && gone.leftovers()
        && next.phase() == Phase.STOPPING
        && next.desiredState() != DesiredState.UP;
  }

  /// Reports whether a new daemon found a newer generation than the journal records, which a
  /// command must have started.
  private static boolean isNewer(Event event, Supervised old) {
    boolean boot = event instanceof Event.Adopted || event instanceof Event.FoundGone;
    return boot
        && event instanceof Event.OfGeneration found
        && found.generation() > old.generation();
  }

  private static boolean isDue(Event event, Event.Cause... causes) {
    return event instanceof Event.RestartDue(Event.Cause cause, String _)
        && List.of(causes).contains(cause);
  }

  private static boolean isFinal(Event event) {
    return event instanceof Event.DependencyFailed
        || (event instanceof Event.SpawnFailed(long _, String _, boolean temporary) && !temporary);
  }

  /// Checks the rules that hold in every state.
  void holdIn(World world) {
    Supervised state = world.state();
    Facts facts = world.facts();
    boolean whole = policies.stop().wholeTree();
    boolean up = state.desiredState() == DesiredState.UP;
    rule(!facts.has(Fact.SPAWN) || state.awaits(StartBlocker.SPAWN), ANSWERED);
    switch (state.phase()) {
      case STOPPED, ERRORED -> {
        rule(!facts.has(Fact.MAIN) && !(whole && facts.has(Fact.OTHERS)), NOTHING_RUNS);
        rule(!facts.hasAny(Fact.KILL_TIMER, Fact.RESTART_TIMER, Fact.READY_TIMER), END_WAITS);
        rule(!up, END_UNWANTED);
      }
      case LAUNCHING -> launching(state, facts);
      case ONLINE -> {
        rule(facts.has(Fact.MAIN) && up, ONLINE_RUNS);
        rule(!facts.hasAny(Fact.KILL_TIMER, Fact.RESTART_TIMER, Fact.READY_TIMER), ONLINE_QUIET);
      }
      case STOPPING -> {
        rule(facts.has(Fact.KILL_TIMER), KILL_TIMER);
        rule(!facts.hasAny(Fact.RESTART_TIMER, Fact.READY_TIMER), KILL_TIMER);
        rule(facts.hasAny(Fact.MAIN, Fact.WATCHED), END_TOLD);
        rule(state.signalled() || facts.has(Fact.MAIN), SIGNAL_KNOWN);
      }
      case WAITING_RESTART -> {
        rule(facts.has(Fact.RESTART_TIMER) && up, DELAY_TIMER);
        rule(!facts.hasAny(Fact.KILL_TIMER, Fact.READY_TIMER), DELAY_TIMER);
        rule(!facts.has(Fact.MAIN) && !(whole && facts.has(Fact.OTHERS)), DELAY_TIMER);
      }
    }
  }

  private static void launching(Supervised state, Facts facts) {
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
            rule(facts.has(Fact.READY_TIMER), READY_TIMER);
            yield !facts.has(Fact.MAIN)
                || facts.hasAny(Fact.DEPENDENCY_WAIT, Fact.SPAWN)
                || state.desiredState() != DesiredState.UP;
          }
        };
    rule(!timers && !others, ONE_WAIT);
  }
}
