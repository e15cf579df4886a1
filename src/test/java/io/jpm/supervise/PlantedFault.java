package io.jpm.supervise;

import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.RunStopCommand;
import io.jpm.supervise.SupervisionEffect.SignalTree;
import io.jpm.supervise.SupervisionEffect.Spawn;
import io.jpm.supervise.SupervisionEffect.StartTimer;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/// State machines with one planted fault each, and the rule that the fault breaks. The exploration
/// must detect every fault; otherwise its rules are too weak.
// Policies and machines are immutable, which the checker cannot verify.
@SuppressWarnings("ImmutableEnumChecker")
enum PlantedFault {
  SPAWN_BESIDE_A_RUNNING_PROCESS(
      ModelRules.ONE_GENERATION,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) -> {
        Step right = correctStep(state, supervisionEvent, supervisionPolicy, now);
        return supervisionEvent instanceof SupervisionEvent.RestartRequested
                && state.phase() == Phase.ONLINE
            ? Step.to(right.next(), new Spawn(right.next().generation()))
            : right;
      }),
  LEFTOVERS_IGNORED(
      ModelRules.TREE_FIRST,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent
                  instanceof
                  SupervisionEvent.Exited(
                      long generation,
                      Exit exit,
                      boolean _,
                      String _,
                      var _,
                      var _)
              ? correctStep(
                  state,
                  new SupervisionEvent.Exited(generation, exit, false),
                  supervisionPolicy,
                  now)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  DEPENDENCIES_MET_AFTER_A_STOP(
      ModelRules.DESIRED_UP,
      PolicySets.plainBut(PolicySets.DEPENDENT, 1),
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.DependenciesMet
                  && state.phase() == Phase.STOPPED
              ? Step.to(state, new Spawn(state.generation()))
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  MAX_RESTARTS_TOO_LARGE(
      ModelRules.MAX_RESTARTS,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          correctStep(state, supervisionEvent, withMaxRestarts(1000), now)),
  MAX_RESTARTS_TOO_SMALL(
      ModelRules.NO_EARLY_END,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          correctStep(state, supervisionEvent, withMaxRestarts(2), now)),
  WINDOW_LIMIT_TOO_LARGE(
      ModelRules.WINDOW,
      PolicySets.WINDOWED,
      (state, supervisionEvent, supervisionPolicy, now) ->
          correctStep(state, supervisionEvent, PolicySets.windowed(PolicySets.PLAIN, 1000), now)),
  WINDOW_LIMIT_TOO_SMALL(
      ModelRules.NO_EARLY_END,
      PolicySets.WINDOWED,
      (state, supervisionEvent, supervisionPolicy, now) ->
          correctStep(state, supervisionEvent, PolicySets.windowed(PolicySets.PLAIN, 2), now)),
  DAEMONIZED_PROGRAM_RESTARTED(
      ModelRules.DAEMONIZED_STAYS,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent
                  instanceof
                  SupervisionEvent.Exited(
                      long generation,
                      Exit exit,
                      boolean others,
                      String _,
                      var _,
                      var _)
              ? correctStep(
                  state,
                  new SupervisionEvent.Exited(generation, exit, others),
                  supervisionPolicy,
                  now)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  EFFECT_FOR_THE_PREVIOUS_GENERATION(
      ModelRules.CURRENT_GENERATION,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          changed(
              correctStep(state, supervisionEvent, supervisionPolicy, now),
              supervisionEffect ->
                  supervisionEffect instanceof SignalTree(long generation, Signal signal)
                      ? new SignalTree(generation - 1, signal)
                      : supervisionEffect)),
  SIGNAL_AFTER_THE_TREE_IS_GONE(
      ModelRules.RUNNING,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) -> {
        Step right = correctStep(state, supervisionEvent, supervisionPolicy, now);
        return supervisionEvent instanceof SupervisionEvent.TreeGone && !right.effects().isEmpty()
            ? right.precededBy(new SignalTree(right.next().generation(), Signal.SIGKILL))
            : right;
      }),
  STOP_COMMAND_FOR_LEFTOVERS(
      ModelRules.MAIN_RUNNING,
      PolicySets.plainBut(PolicySets.STOP, 2),
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.Exited
              ? changed(
                  correctStep(state, supervisionEvent, supervisionPolicy, now),
                  supervisionEffect ->
                      supervisionEffect instanceof SignalTree(long generation, Signal _)
                          ? new RunStopCommand(generation)
                          : supervisionEffect)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  STOP_COMMAND_RUN_TWICE(
      ModelRules.ONE_COMMAND,
      PolicySets.plainBut(PolicySets.STOP, 2),
      (state, supervisionEvent, supervisionPolicy, now) -> {
        Step right = correctStep(state, supervisionEvent, supervisionPolicy, now);
        return supervisionEvent instanceof SupervisionEvent.StopRequested
                && state.phase() == Phase.STOPPING
                && !state.signalled()
            ? right.precededBy(new RunStopCommand(state.generation()))
            : right;
      }),
  STOP_LOST_DURING_THE_SPAWN(
      ModelRules.STOP_KEPT,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.StopRequested
                  && state.phase() == Phase.LAUNCHING
              ? Step.to(state)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  SCHEDULE_STARTS_A_STOPPED_APP(
      ModelRules.STOPPED_STAYS,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.RestartDue && state.phase() == Phase.STOPPED
              ? correctStep(
                  state.withDesired(DesiredState.IDLE), supervisionEvent, supervisionPolicy, now)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  FILE_CHANGE_STARTS_AN_IDLE_APP(
      ModelRules.IDLE_STAYS,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.RestartDue && state.phase() == Phase.STOPPED
              ? correctStep(
                  state, due(SupervisionEvent.RestartCause.SCHEDULE), supervisionPolicy, now)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  LIMIT_STARTS_AN_ERRORED_APP(
      ModelRules.ERRORED_STAYS,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.RestartDue && state.phase() == Phase.ERRORED
              ? correctStep(state, due(SupervisionEvent.RestartCause.FILES), supervisionPolicy, now)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  SPAWN_NOT_AWAITED(
      ModelRules.SPAWN_AWAITED,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.StopRequested
                  && state.awaits(StartBlocker.SPAWN)
              ? RestartTransitions.stopped(state.withDesired(DesiredState.DOWN), "planted")
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  STOPPED_TOO_EARLY(
      ModelRules.NOTHING_RUNS,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.Exited
                  && state.desiredState() == DesiredState.DOWN
              ? correctStep(
                  state, new SupervisionEvent.TreeGone(state.generation()), supervisionPolicy, now)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  DELAY_NOT_CANCELLED(
      ModelRules.END_WITHOUT_TIMERS,
      PolicySets.plainBut(PolicySets.BACKOFF, 1),
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.StopRequested
              ? withoutEffect(
                  correctStep(state, supervisionEvent, supervisionPolicy, now),
                  new CancelTimer(InstanceTimer.RESTART))
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  ERRORED_WITH_DESIRED_STATE_UP(
      ModelRules.END_NOT_UP,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) -> {
        Step right = correctStep(state, supervisionEvent, supervisionPolicy, now);
        return right.next().phase() == Phase.ERRORED
            ? new Step(right.next().withDesired(DesiredState.UP), right.effects())
            : right;
      }),
  DEPENDENCIES_MET_IGNORED(
      ModelRules.ONE_WAIT,
      PolicySets.plainBut(PolicySets.DEPENDENT, 1),
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.DependenciesMet
              ? Step.to(state)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  NO_READINESS_TIMER(
      ModelRules.READY_TIMER,
      PolicySets.plainBut(PolicySets.READINESS, 1),
      (state, supervisionEvent, supervisionPolicy, now) ->
          withoutTimerStart(
              correctStep(state, supervisionEvent, supervisionPolicy, now), InstanceTimer.READY)),
  ONLINE_DESPITE_A_PENDING_COMMAND(
      ModelRules.ONLINE_RUNS,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.Spawned
              ? Step.to(state.onlineSince(now).inPhase(Phase.ONLINE, "planted"))
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  READINESS_TIMER_NOT_CANCELLED(
      ModelRules.ONLINE_WITHOUT_TIMERS,
      PolicySets.plainBut(PolicySets.READINESS, 1),
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent instanceof SupervisionEvent.Ready
              ? withoutEffect(
                  correctStep(state, supervisionEvent, supervisionPolicy, now),
                  new CancelTimer(InstanceTimer.READY))
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  NO_KILL_TIMER(
      ModelRules.KILL_TIMER,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          withoutTimerStart(
              correctStep(state, supervisionEvent, supervisionPolicy, now), InstanceTimer.KILL)),
  EXIT_LOST_DURING_THE_STOP_COMMAND(
      ModelRules.END_REPORTED,
      PolicySets.plainBut(PolicySets.STOP, 2),
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent
                      instanceof
                      SupervisionEvent.Exited(long _, Exit exit, boolean _, String _, var _, var _)
                  && state.phase() == Phase.STOPPING
              ? Step.to(state.ended(exit))
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  SIGNAL_NOT_RECORDED(
      ModelRules.SIGNAL_KNOWN,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) -> {
        Step right = correctStep(state, supervisionEvent, supervisionPolicy, now);
        return new Step(right.next().signalled(false), right.effects());
      }),
  NO_RESTART_TIMER(
      ModelRules.DELAY_TIMER,
      PolicySets.plainBut(PolicySets.BACKOFF, 1),
      (state, supervisionEvent, supervisionPolicy, now) ->
          withoutTimerStart(
              correctStep(state, supervisionEvent, supervisionPolicy, now), InstanceTimer.RESTART)),
  CANDIDATE_RESTARTED(
      ModelRules.CANDIDATE_ONCE,
      PolicySets.candidate(true, 0),
      (state, supervisionEvent, supervisionPolicy, now) ->
          correctStep(state, supervisionEvent, PolicySets.PLAIN, now)),
  STALE_EVENT_ACCEPTED(
      StateSpaceExploration.STALE,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent
                  instanceof SupervisionEvent.TimerFired(InstanceTimer instanceTimer, long _)
              ? correctStep(
                  state,
                  new SupervisionEvent.TimerFired(instanceTimer, state.generation()),
                  supervisionPolicy,
                  now)
              : correctStep(state, supervisionEvent, supervisionPolicy, now)),
  STOP_ENDS_IN_ERRORED(
      StateSpaceExploration.ENDS_STOPPED,
      PolicySets.PLAIN,
      (state, supervisionEvent, supervisionPolicy, now) -> {
        boolean down = state.desiredState() == DesiredState.DOWN;
        if (down
            && supervisionEvent.equals(
                new SupervisionEvent.SpawnFailed(state.generation(), "no", false))) {
          return Step.to(state.inPhase(Phase.ERRORED, "planted"));
        }
        return down && supervisionEvent instanceof SupervisionEvent.RestartDue
            ? Step.to(state)
            : correctStep(state, supervisionEvent, supervisionPolicy, now);
      }),
  DELAY_RESTARTED_FOREVER(
      StateSpaceExploration.ENDS,
      PolicySets.plainBut(PolicySets.BACKOFF, 1),
      (state, supervisionEvent, supervisionPolicy, now) ->
          supervisionEvent.equals(
                      new SupervisionEvent.TimerFired(InstanceTimer.RESTART, state.generation()))
                  && state.phase() == Phase.WAITING_RESTART
              ? Step.to(
                  state,
                  new StartTimer(InstanceTimer.RESTART, state.generation(), Duration.ofMillis(100)))
              : correctStep(state, supervisionEvent, supervisionPolicy, now));

  private final String rule;
  private final SupervisionPolicy supervisionPolicy;
  private final StateSpaceExploration.Machine machine;

  PlantedFault(
      String rule, SupervisionPolicy supervisionPolicy, StateSpaceExploration.Machine machine) {
    this.rule = rule;
    this.supervisionPolicy = supervisionPolicy;
    this.machine = machine;
  }

  /// Returns the rule that the fault breaks.
  String rule() {
    return rule;
  }

  /// Returns the policies of an app with which the fault breaks the rule.
  SupervisionPolicy policies() {
    return supervisionPolicy;
  }

  StateSpaceExploration.Machine machine() {
    return machine;
  }

  private static Step correctStep(
      InstanceState state,
      SupervisionEvent supervisionEvent,
      SupervisionPolicy supervisionPolicy,
      long now) {
    return Supervision.step(state, supervisionEvent, supervisionPolicy, now);
  }

  private static SupervisionEvent due(SupervisionEvent.RestartCause restartCause) {
    return new SupervisionEvent.RestartDue(restartCause, "planted");
  }

  private static SupervisionPolicy withMaxRestarts(int maxRestarts) {
    SupervisionPolicy plain = PolicySets.PLAIN;
    RestartPolicy restart = plain.restart();
    return new SupervisionPolicy(
        new RestartPolicy(
            restart.when(), maxRestarts, restart.minUptime(), restart.backoff(), Set.of()),
        plain.stop(),
        plain.readiness(),
        plain.dependent());
  }

  private static Step changed(Step step, UnaryOperator<SupervisionEffect> change) {
    return new Step(step.next(), step.effects().stream().map(change).toList());
  }

  private static Step withoutEffect(Step step, SupervisionEffect unwanted) {
    Stream<SupervisionEffect> kept =
        step.effects().stream().filter(supervisionEffect -> !supervisionEffect.equals(unwanted));
    return new Step(step.next(), kept.toList());
  }

  private static Step withoutTimerStart(Step step, InstanceTimer instanceTimer) {
    List<SupervisionEffect> kept =
        step.effects().stream()
            .filter(supervisionEffect ->
                !(supervisionEffect instanceof StartTimer(InstanceTimer started, long _, Duration _)
                    && started == instanceTimer))
            .toList();
    return new Step(step.next(), kept);
  }
}
