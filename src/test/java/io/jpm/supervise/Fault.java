package io.jpm.supervise;

import io.jpm.model.RestartPolicy;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.RunStopCommand;
import io.jpm.supervise.Effect.SignalTree;
import io.jpm.supervise.Effect.Spawn;
import io.jpm.supervise.Effect.StartTimer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// State machines with one planted fault each, and the rule that the fault breaks. The exploration
/// must detect every fault; otherwise its rules are too weak.
// Policies and machines are immutable, which the checker cannot verify.
@SuppressWarnings("ImmutableEnumChecker")
enum Fault {
  A_SPAWN_BESIDE_THE_LIVING(
      WorldRules.ONE_LIFE,
      PolicySets.PLAIN,
      (state, event, policies, now) -> {
        Step right = right(state, event, policies, now);
        return event instanceof Event.RestartAsked && state.phase() == Phase.ONLINE
            ? Step.to(right.next(), new Spawn(right.next().generation()))
            : right;
      }),
  LEFTOVERS_OVERLOOKED(
      WorldRules.TREE_FIRST,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event
                  instanceof
                  Event.Exited(long generation, Exit exit, boolean _, String _, var _, var _)
              ? right(state, new Event.Exited(generation, exit, false), policies, now)
              : right(state, event, policies, now)),
  DEPENDENCIES_MET_AFTER_A_STOP(
      WorldRules.WANTED,
      PolicySets.plainBut(PolicySets.DEPENDENT, 1),
      (state, event, policies, now) ->
          event instanceof Event.DependenciesMet && state.phase() == Phase.STOPPED
              ? Step.to(state, new Spawn(state.generation()))
              : right(state, event, policies, now)),
  A_BRAKE_THAT_NEVER_BITES(
      WorldRules.BRAKE,
      PolicySets.PLAIN,
      (state, event, policies, now) -> right(state, event, withBrake(1000), now)),
  A_BRAKE_THAT_BITES_TOO_SOON(
      WorldRules.NO_EARLY_END,
      PolicySets.PLAIN,
      (state, event, policies, now) -> right(state, event, withBrake(2), now)),
  A_WINDOW_THAT_IS_NEVER_FULL(
      WorldRules.WINDOW,
      PolicySets.WINDOWED,
      (state, event, policies, now) ->
          right(state, event, PolicySets.windowed(PolicySets.PLAIN, 1000), now)),
  A_WINDOW_THAT_IS_FULL_TOO_SOON(
      WorldRules.NO_EARLY_END,
      PolicySets.WINDOWED,
      (state, event, policies, now) ->
          right(state, event, PolicySets.windowed(PolicySets.PLAIN, 2), now)),
  A_DAEMON_STARTED_AGAIN(
      WorldRules.DAEMONS_STAY,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event
                  instanceof
                  Event.Exited(long generation, Exit exit, boolean others, String _, var _, var _)
              ? right(state, new Event.Exited(generation, exit, others), policies, now)
              : right(state, event, policies, now)),
  AN_ORDER_OF_THE_GENERATION_BEFORE(
      WorldRules.PRESENT,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          changed(
              right(state, event, policies, now),
              effect ->
                  effect instanceof SignalTree(long generation, Signal signal)
                      ? new SignalTree(generation - 1, signal)
                      : effect)),
  A_SIGNAL_FOR_THE_DEAD(
      WorldRules.LIVING,
      PolicySets.PLAIN,
      (state, event, policies, now) -> {
        Step right = right(state, event, policies, now);
        return event instanceof Event.TreeGone && !right.effects().isEmpty()
            ? right.precededBy(new SignalTree(right.next().generation(), Signal.SIGKILL))
            : right;
      }),
  A_COMMAND_FOR_LEFTOVERS(
      WorldRules.ABLE,
      PolicySets.plainBut(PolicySets.STOP, 2),
      (state, event, policies, now) ->
          event instanceof Event.Exited
              ? changed(
                  right(state, event, policies, now),
                  effect ->
                      effect instanceof SignalTree(long generation, Signal _)
                          ? new RunStopCommand(generation)
                          : effect)
              : right(state, event, policies, now)),
  A_STOP_COMMAND_RUN_AGAIN(
      WorldRules.ONE_COMMAND,
      PolicySets.plainBut(PolicySets.STOP, 2),
      (state, event, policies, now) -> {
        Step right = right(state, event, policies, now);
        return event instanceof Event.StopAsked
                && state.phase() == Phase.STOPPING
                && !state.signalled()
            ? right.precededBy(new RunStopCommand(state.generation()))
            : right;
      }),
  A_STOP_FORGOTTEN_DURING_THE_SPAWN(
      WorldRules.STOP_KEPT,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.StopAsked && state.phase() == Phase.LAUNCHING
              ? Step.to(state)
              : right(state, event, policies, now)),
  A_SCHEDULE_THAT_STARTS_WHAT_WAS_STOPPED(
      WorldRules.STOPPED_STAYS,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.RestartDue && state.phase() == Phase.STOPPED
              ? right(state.want(DesiredState.IDLE), event, policies, now)
              : right(state, event, policies, now)),
  FILES_THAT_START_WHAT_RESTS(
      WorldRules.REST_STAYS,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.RestartDue && state.phase() == Phase.STOPPED
              ? right(state, due(Event.Cause.SCHEDULE), policies, now)
              : right(state, event, policies, now)),
  A_LIMIT_THAT_STARTS_WHAT_HAS_FAILED(
      WorldRules.ERRORED_STAYS,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.RestartDue && state.phase() == Phase.ERRORED
              ? right(state, due(Event.Cause.FILES), policies, now)
              : right(state, event, policies, now)),
  A_SPAWN_NOT_WAITED_FOR(
      WorldRules.ANSWERED,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.StopAsked && state.awaits(StartBlocker.SPAWN)
              ? Restarting.stopped(state.want(DesiredState.DOWN), "planted")
              : right(state, event, policies, now)),
  STOPPED_TOO_SOON(
      WorldRules.NOTHING_RUNS,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.Exited && state.desiredState() == DesiredState.DOWN
              ? right(state, new Event.TreeGone(state.generation()), policies, now)
              : right(state, event, policies, now)),
  A_DELAY_NOT_CANCELLED(
      WorldRules.END_WAITS,
      PolicySets.plainBut(PolicySets.BACKOFF, 1),
      (state, event, policies, now) ->
          event instanceof Event.StopAsked
              ? without(right(state, event, policies, now), new CancelTimer(Timer.RESTART))
              : right(state, event, policies, now)),
  ERRORED_YET_WANTED(
      WorldRules.END_UNWANTED,
      PolicySets.PLAIN,
      (state, event, policies, now) -> {
        Step right = right(state, event, policies, now);
        return right.next().phase() == Phase.ERRORED
            ? new Step(right.next().want(DesiredState.UP), right.effects())
            : right;
      }),
  DEPENDENCIES_MET_AND_NOTHING_DONE(
      WorldRules.ONE_WAIT,
      PolicySets.plainBut(PolicySets.DEPENDENT, 1),
      (state, event, policies, now) ->
          event instanceof Event.DependenciesMet
              ? Step.to(state)
              : right(state, event, policies, now)),
  NO_LIMIT_FOR_READINESS(
      WorldRules.READY_TIMER,
      PolicySets.plainBut(PolicySets.READINESS, 1),
      (state, event, policies, now) ->
          withoutStart(right(state, event, policies, now), Timer.READY)),
  ONLINE_WHATEVER_WAS_ASKED_MEANWHILE(
      WorldRules.ONLINE_RUNS,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.Spawned
              ? Step.to(state.onlineSince(now).in(Phase.ONLINE, "planted"))
              : right(state, event, policies, now)),
  READY_WITH_THE_TIMER_RUNNING(
      WorldRules.ONLINE_QUIET,
      PolicySets.plainBut(PolicySets.READINESS, 1),
      (state, event, policies, now) ->
          event instanceof Event.Ready
              ? without(right(state, event, policies, now), new CancelTimer(Timer.READY))
              : right(state, event, policies, now)),
  NO_LIMIT_FOR_A_STOP(
      WorldRules.KILL_TIMER,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          withoutStart(right(state, event, policies, now), Timer.KILL)),
  AN_EXIT_LOST_DURING_THE_STOP_COMMAND(
      WorldRules.END_TOLD,
      PolicySets.plainBut(PolicySets.STOP, 2),
      (state, event, policies, now) ->
          event instanceof Event.Exited(long _, Exit exit, boolean _, String _, var _, var _)
                  && state.phase() == Phase.STOPPING
              ? Step.to(state.ended(exit))
              : right(state, event, policies, now)),
  A_SIGNAL_NOT_WRITTEN_DOWN(
      WorldRules.SIGNAL_KNOWN,
      PolicySets.PLAIN,
      (state, event, policies, now) -> {
        Step right = right(state, event, policies, now);
        return new Step(right.next().signalled(false), right.effects());
      }),
  NO_END_OF_THE_DELAY(
      WorldRules.DELAY_TIMER,
      PolicySets.plainBut(PolicySets.BACKOFF, 1),
      (state, event, policies, now) ->
          withoutStart(right(state, event, policies, now), Timer.RESTART)),
  A_TRIAL_THAT_GOES_ON(
      WorldRules.ON_TRIAL,
      PolicySets.trial(true, 0),
      (state, event, policies, now) -> right(state, event, PolicySets.PLAIN, now)),
  OLD_NEWS_TAKEN_FOR_NEW(
      Walk.STALE,
      PolicySets.PLAIN,
      (state, event, policies, now) ->
          event instanceof Event.TimerFired(Timer timer, long _)
              ? right(state, new Event.TimerFired(timer, state.generation()), policies, now)
              : right(state, event, policies, now)),
  A_STOP_THAT_ENDS_IN_ERRORED(
      Walk.ENDS_STOPPED,
      PolicySets.PLAIN,
      (state, event, policies, now) -> {
        boolean down = state.desiredState() == DesiredState.DOWN;
        if (down && event.equals(new Event.SpawnFailed(state.generation(), "no", false))) {
          return Step.to(state.in(Phase.ERRORED, "planted"));
        }
        return down && event instanceof Event.RestartDue
            ? Step.to(state)
            : right(state, event, policies, now);
      }),
  A_DELAY_THAT_BEGINS_ANEW_FOR_EVER(
      Walk.ENDS,
      PolicySets.plainBut(PolicySets.BACKOFF, 1),
      (state, event, policies, now) ->
          event.equals(new Event.TimerFired(Timer.RESTART, state.generation()))
                  && state.phase() == Phase.WAITING_RESTART
              ? Step.to(
                  state, new StartTimer(Timer.RESTART, state.generation(), Duration.ofMillis(100)))
              : right(state, event, policies, now));

  private final String rule;
  private final Policies policies;
  private final Walk.Machine machine;

  Fault(String rule, Policies policies, Walk.Machine machine) {
    this.rule = rule;
    this.policies = policies;
    this.machine = machine;
  }

  /// Returns the rule that the fault breaks.
  String rule() {
    return rule;
  }

  /// Returns the policies of an app with which the fault breaks the rule.
  Policies policies() {
    return policies;
  }

  Walk.Machine machine() {
    return machine;
  }

  private static Step right(Supervised state, Event event, Policies policies, long now) {
    return Supervision.step(state, event, policies, now);
  }

  private static Event due(Event.Cause cause) {
    return new Event.RestartDue(cause, "planted");
  }

  private static Policies withBrake(int maxRestarts) {
    Policies plain = PolicySets.PLAIN;
    RestartPolicy restart = plain.restart();
    return new Policies(
        new RestartPolicy(
            restart.when(), maxRestarts, restart.minUptime(), restart.backoff(), Set.of()),
        plain.stop(),
        plain.readiness(),
        plain.dependent());
  }

  private static Step changed(Step step, UnaryOperator<Effect> change) {
    return new Step(step.next(), step.effects().stream().map(change).toList());
  }

  private static Step without(Step step, Effect unwanted) {
    Stream<Effect> kept = step.effects().stream().filter(effect -> !effect.equals(unwanted));
    return new Step(step.next(), kept.toList());
  }

  private static Step withoutStart(Step step, Timer timer) {
    List<Effect> kept =
        step.effects().stream()
            .filter(effect ->
                !(effect instanceof StartTimer(Timer started, long _, Duration _)
                    && started == timer))
            .toList();
    return new Step(step.next(), kept);
  }
}
