package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// A state of the model: the state machine and its environment, which is the process, its tree, the
/// pending waits and the timers. It is small enough to explore every state.
///
/// @param failures consecutive failures that came too soon, counted by the test
/// @param window failures within the restart window, counted likewise; stays 0 without a window
record ModelState(InstanceState state, Facts facts, int failures, int window) {

  static final ModelState BEGIN = new ModelState(InstanceState.NEW, Facts.NONE, 0, 0);

  static final Exit CLEAN = new Exit.Code(0);
  static final Exit CRASH = new Exit.Code(1);
  static final Exit UNSEEN = new Exit.Unknown("no daemon");

  static final DaemonizedProgram DAEMONIZED =
      new DaemonizedProgram("daemonized", Duration.ZERO, Duration.ofMillis(10));

  /// Reports whether the event is the exit of a main process that daemonized itself.
  static boolean isDaemonizing(SupervisionEvent supervisionEvent) {
    return supervisionEvent instanceof SupervisionEvent.Exited exited
        && exited.daemonized().filter(it -> it.explains(exited.exit())).isPresent();
  }

  /// A fact about the environment.
  enum Fact {
    /// The apps that it depends on are awaited.
    DEPENDENCY_WAIT,
    /// A spawn was requested.
    SPAWN,
    /// The main process is running.
    MAIN,
    /// The main process has ended; other processes of its tree are running.
    LEFTOVERS,
    /// The end of the tree will be reported.
    WATCHED,
    /// The stop command is running.
    COMMAND,
    /// The stop command was run in this stop.
    COMMAND_RUN,
    /// The app was given up for a reason other than the number of its failures.
    GIVEN_UP,
    KILL_TIMER,
    RESTART_TIMER,
    READY_TIMER;

    static Fact of(InstanceTimer instanceTimer) {
      return switch (instanceTimer) {
        case KILL -> KILL_TIMER;
        case RESTART -> RESTART_TIMER;
        case READY -> READY_TIMER;
      };
    }
  }

  /// A compact set of facts that is quick to compare.
  record Facts(int bits) {
    static final Facts NONE = new Facts(0);

    boolean has(Fact fact) {
      return (bits & bit(fact)) != 0;
    }

    boolean hasAny(Fact... some) {
      return (bits & bits(some)) != 0;
    }

    Facts with(Fact... some) {
      return new Facts(bits | bits(some));
    }

    Facts without(Fact... some) {
      return new Facts(bits & ~bits(some));
    }

    private static int bits(Fact... some) {
      int bits = 0;
      for (Fact fact : some) {
        bits |= bit(fact);
      }
      return bits;
    }

    @SuppressWarnings("EnumOrdinal") // one bit per fact, in this JVM only
    private static int bit(Fact fact) {
      return 1 << fact.ordinal();
    }

    @Override
    public String toString() {
      Set<Fact> all = EnumSet.allOf(Fact.class);
      all.removeIf(fact -> !has(fact));
      return all.toString();
    }
  }

  /// The cause of an event.
  enum Source {
    /// A command of a user.
    COMMAND,
    /// A trigger of the app.
    TRIGGER,
    /// An occurrence without a command or a trigger.
    SPONTANEOUS,
    /// A new daemon after the death of the old one.
    BOOT
  }

  /// An event that can happen now, its time, and the environment at that time.
  record Transition(
      String words, Source source, SupervisionEvent event, long now, ModelState before) {}

  /// A broken rule.
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String rule) {
      super(rule);
    }
  }

  boolean has(Fact fact) {
    return facts.has(fact);
  }

  /// Returns all events that can happen next.
  List<Transition> transitions(SupervisionPolicy supervisionPolicy) {
    var all = new TransitionCollector(supervisionPolicy, new ArrayList<>());
    all.addCommands();
    all.news();
    all.addBoots();
    return all.list();
  }

  /// Returns events of an earlier generation, which must change nothing.
  List<SupervisionEvent> staleEvents() {
    long old = state.generation() - 1;
    return List.of(
        new SupervisionEvent.DependenciesMet(old),
        new SupervisionEvent.DependencyFailed(old, "old"),
        new SupervisionEvent.Spawned(old),
        new SupervisionEvent.SpawnFailed(old, "old", false),
        new SupervisionEvent.SpawnFailed(old, "old", true),
        new SupervisionEvent.Ready(old),
        new SupervisionEvent.Exited(old, CRASH, true),
        new SupervisionEvent.Exited(old, CRASH, false),
        new SupervisionEvent.TreeGone(old),
        new SupervisionEvent.StopCommandEnded(old),
        new SupervisionEvent.TimerFired(InstanceTimer.KILL, old),
        new SupervisionEvent.TimerFired(InstanceTimer.RESTART, old),
        new SupervisionEvent.TimerFired(InstanceTimer.READY, old),
        new SupervisionEvent.NotReady(old, "old"),
        new SupervisionEvent.TimeoutExtensionRequested(old, Duration.ofMinutes(1)),
        new SupervisionEvent.Adopted(old, 0),
        new SupervisionEvent.ProcessGone(old, CRASH, true),
        new SupervisionEvent.ProcessGone(old, UNSEEN, false));
  }

  /// Collects the events that can happen.
  private final class TransitionCollector {
    private final SupervisionPolicy supervisionPolicy;
    private final List<Transition> all;
    private final long generation = state.generation();

    TransitionCollector(SupervisionPolicy supervisionPolicy, List<Transition> all) {
      this.supervisionPolicy = supervisionPolicy;
      this.all = all;
    }

    List<Transition> list() {
      return all;
    }

    void addCommands() {
      boolean idle = state.phase() != Phase.LAUNCHING && state.phase() != Phase.ONLINE;
      add(
          "start asked",
          Source.COMMAND,
          new SupervisionEvent.StartRequested(),
          idle ? withCountersReset() : ModelState.this);
      ModelState anew =
          state.phase() == Phase.STOPPED || state.phase() == Phase.ERRORED
              ? withCountersReset()
              : ModelState.this;
      add("try asked", Source.COMMAND, new SupervisionEvent.CandidateRequested("try"), anew);
      add("stop asked", Source.COMMAND, new SupervisionEvent.StopRequested(), ModelState.this);
      add(
          "restart asked",
          Source.COMMAND,
          new SupervisionEvent.RestartRequested(),
          withCountersReset());
      boolean edited = state.desiredState() == DesiredState.UP && state.phase() != Phase.STOPPING;
      for (SupervisionEvent.RestartCause restartCause : SupervisionEvent.RestartCause.values()) {
        ModelState before =
            restartCause == SupervisionEvent.RestartCause.FILES && edited
                ? withCountersReset()
                : ModelState.this;
        boolean fails =
            restartCause == SupervisionEvent.RestartCause.HEALTH && hasMonitoredProcess();
        var due = new SupervisionEvent.RestartDue(restartCause, "due");
        add(
            "due: " + restartCause,
            Source.TRIGGER,
            due,
            fails ? failed().inWindow(supervisionPolicy) : before);
        if (fails && state.phase() == Phase.ONLINE) {
          all.add(
              new Transition(
                  "due late: " + restartCause,
                  Source.TRIGGER,
                  due,
                  state.onlineSinceNanos() + minUptime(),
                  afterStableRun().inWindow(supervisionPolicy)));
        }
      }
    }

    /// Reports whether there is a process whose health counts.
    private boolean hasMonitoredProcess() {
      boolean here = state.phase() == Phase.ONLINE || state.awaits(StartBlocker.READINESS);
      return here && state.desiredState() == DesiredState.UP && state.stopCause() == StopCause.NONE;
    }

    void news() {
      if (has(Fact.DEPENDENCY_WAIT)) {
        ModelState answered = with(facts.without(Fact.DEPENDENCY_WAIT));
        news("dependencies met", new SupervisionEvent.DependenciesMet(generation), answered);
        news(
            "dependency failed", new SupervisionEvent.DependencyFailed(generation, "no"), answered);
      }
      if (has(Fact.SPAWN)) {
        ModelState none = with(facts.without(Fact.SPAWN));
        news(
            "spawned",
            new SupervisionEvent.Spawned(generation),
            none.with(none.facts.with(Fact.MAIN)));
        news("spawn failed", new SupervisionEvent.SpawnFailed(generation, "no", false), none);
        boolean counts =
            state.desiredState() == DesiredState.UP && state.stopCause() == StopCause.NONE;
        news(
            "spawn failed for now",
            new SupervisionEvent.SpawnFailed(generation, "no", true),
            counts ? none.failed() : none);
      }
      if (has(Fact.MAIN)) {
        news("ready", new SupervisionEvent.Ready(generation), ModelState.this);
        news(
            "more time asked",
            new SupervisionEvent.TimeoutExtensionRequested(generation, Duration.ofMinutes(1)),
            ModelState.this);
        exits();
      } else if (has(Fact.WATCHED)) {
        ModelState gone = with(facts.without(Fact.WATCHED, Fact.LEFTOVERS));
        news("tree gone", new SupervisionEvent.TreeGone(generation), gone);
      }
      if (has(Fact.COMMAND)) {
        ModelState ended = with(facts.without(Fact.COMMAND));
        news("stop command ended", new SupervisionEvent.StopCommandEnded(generation), ended);
      }
      for (InstanceTimer instanceTimer : InstanceTimer.values()) {
        if (has(Fact.of(instanceTimer))) {
          ModelState fired = with(facts.without(Fact.of(instanceTimer)));
          boolean counts =
              instanceTimer == InstanceTimer.READY && state.awaits(StartBlocker.READINESS);
          ModelState after = counts ? fired.failed().inWindow(supervisionPolicy) : fired;
          news(
              instanceTimer + " timer",
              new SupervisionEvent.TimerFired(instanceTimer, generation),
              after);
          if (instanceTimer == InstanceTimer.READY) {
            news("not ready", new SupervisionEvent.NotReady(generation, "no answer"), after);
          }
        }
      }
    }

    private void exits() {
      boolean online = state.phase() == Phase.ONLINE;
      boolean counts = online || state.awaits(StartBlocker.READINESS);
      if (counts) {
        ModelState daemon =
            with(facts.without(Fact.MAIN).with(Fact.LEFTOVERS, Fact.GIVEN_UP)).failed();
        exit("daemonized", daemonized(CLEAN), 1, daemon);
      }
      for (boolean others : new boolean[] {false, true}) {
        Facts left = facts.without(Fact.MAIN);
        ModelState after = with(others ? left.with(Fact.LEFTOVERS) : left);
        for (Exit exit : counts ? exitKinds() : List.of(CRASH)) {
          String words = exit + (others ? ", others left" : "");
          var event = new SupervisionEvent.Exited(generation, exit, others);
          boolean fails = supervisionPolicy.restart().isFailure(exit);
          ModelState ended = fails && counts ? after.inWindow(supervisionPolicy) : after;
          exit(words, event, 1, counts ? ended.failed() : ended);
          if (online) {
            exit(words + " late", event, minUptime(), ended.afterStableRun());
          }
          if (online && supervisionPolicy.restart().backoff() instanceof Backoff.Exponential) {
            exit(words + " very late", event, Backoff.RESET.toNanos(), ended.afterStableRun());
          }
          if (online && supervisionPolicy.restart().window().limited()) {
            long over = supervisionPolicy.restart().window().time().toNanos() + 1;
            ModelState fresh = fails ? after.afterWindow(supervisionPolicy) : after;
            exit(words + " after the window", event, over, fresh.afterStableRun());
          }
        }
      }
    }

    private SupervisionEvent daemonized(Exit exit) {
      return new SupervisionEvent.Exited(generation, exit, true, "", "", Optional.of(DAEMONIZED));
    }

    private long minUptime() {
      return supervisionPolicy.restart().minUptime().toNanos();
    }

    private List<Exit> exitKinds() {
      List<Exit> kinds = new ArrayList<>(List.of(CRASH));
      boolean limited = supervisionPolicy.restart().window().limited();
      if (limited || supervisionPolicy.restart().when() == RestartPolicy.When.ON_FAILURE) {
        kinds.add(CLEAN);
      }
      supervisionPolicy.restart().stopExitCodes().forEach(code -> kinds.add(new Exit.Code(code)));
      return kinds;
    }

    private void exit(
        String words, SupervisionEvent supervisionEvent, long uptime, ModelState before) {
      all.add(
          new Transition(
              words,
              Source.SPONTANEOUS,
              supervisionEvent,
              state.onlineSinceNanos() + uptime,
              before));
    }

    /// The daemon dies now, and with it its timers, waits, watches and the stop command. The next
    /// daemon finds the processes that still run, which may have changed in between. Its journal
    /// may be one launch older than the newest process.
    void addBoots() {
      Facts kept = has(Fact.GIVEN_UP) ? Facts.NONE.with(Fact.GIVEN_UP) : Facts.NONE;
      ModelState bare = with(kept);
      ModelState live = with(kept.with(Fact.MAIN));
      ModelState leaving = with(kept.with(Fact.LEFTOVERS));
      if (facts.hasAny(Fact.MAIN, Fact.SPAWN)) {
        boot("adopted", new SupervisionEvent.Adopted(generation, 0), live);
        goneBoots("", generation, leaving, exitKinds());
      }
      if (has(Fact.LEFTOVERS)) {
        goneBoots("", generation, leaving, List.of());
      }
      switch (state.phase()) {
        case STOPPED, ERRORED, WAITING_RESTART -> {
          boolean failed = state.phase() == Phase.ERRORED;
          ModelState withLeftovers =
              failed ? leaving.with(leaving.facts.with(Fact.GIVEN_UP)) : leaving;
          boot(
              "found leftovers",
              new SupervisionEvent.ProcessGone(generation, UNSEEN, true),
              withLeftovers);
        }
        case LAUNCHING, ONLINE, STOPPING -> {}
      }
      boot(
          "found gone",
          new SupervisionEvent.ProcessGone(generation, UNSEEN, false),
          bare.afterUnseenExit());
      boolean begun = state.desiredState() != DesiredState.UP;
      boot(
          "newer adopted",
          new SupervisionEvent.Adopted(generation + 1, 0),
          begun ? live.withCountersReset() : live);
      ModelState gone = begun ? leaving.withCountersReset() : leaving.afterStableRun();
      goneBoots("newer ", generation + 1, gone, exitKinds());
      boot(
          "newer found gone",
          new SupervisionEvent.ProcessGone(generation + 1, UNSEEN, false),
          gone.with(Facts.NONE));
    }

    private void goneBoots(String newer, long of, ModelState leaving, List<Exit> exact) {
      ModelState gone = leaving.with(leaving.facts.without(Fact.LEFTOVERS)).afterUnseenExit();
      for (Exit exit : exact) {
        boot(
            newer + "found gone: " + exit, new SupervisionEvent.ProcessGone(of, exit, false), gone);
      }
      boot(
          newer + "found others",
          new SupervisionEvent.ProcessGone(of, UNSEEN, true),
          leaving.afterUnseenExit());
    }

    private void boot(String words, SupervisionEvent supervisionEvent, ModelState before) {
      add(words, Source.BOOT, supervisionEvent, before);
    }

    private void news(String words, SupervisionEvent supervisionEvent, ModelState before) {
      add(words, Source.SPONTANEOUS, supervisionEvent, before);
    }

    private void add(
        String words, Source source, SupervisionEvent supervisionEvent, ModelState before) {
      all.add(new Transition(words, source, supervisionEvent, state.onlineSinceNanos(), before));
    }
  }

  private ModelState with(Facts other) {
    return new ModelState(state, other, failures, window);
  }

  /// Counts one more failure within the window, if there is a window.
  private ModelState inWindow(SupervisionPolicy supervisionPolicy) {
    boolean counts = supervisionPolicy.restart().window().limited();
    return new ModelState(state, facts, failures, counts ? window + 1 : 0);
  }

  private ModelState afterWindow(SupervisionPolicy supervisionPolicy) {
    return new ModelState(state, facts, failures, 0).inWindow(supervisionPolicy);
  }

  private ModelState failed() {
    return new ModelState(state, facts, failures + 1, window);
  }

  /// Returns the state after a stable run.
  private ModelState afterStableRun() {
    return new ModelState(state, facts, 0, window);
  }

  private ModelState withCountersReset() {
    return new ModelState(state, facts, 0, 0);
  }

  /// Returns the state after an exit that no daemon saw. It does not affect the counts of an app
  /// that is already stopping.
  private ModelState afterUnseenExit() {
    boolean launching = state.phase() == Phase.LAUNCHING && state.stopCause() == StopCause.NONE;
    return state.phase() == Phase.ONLINE || launching ? afterStableRun() : this;
  }

  /// Returns the state after an event and the effects of the machine's step.
  ///
  /// @throws Violation if a rule is broken
  static ModelState after(Transition transition, Step step, SupervisionPolicy supervisionPolicy) {
    InstanceState old = transition.before().state();
    var rules = new ModelRules(supervisionPolicy);
    Facts facts = transition.before().facts();
    if (step.next().generation() != old.generation()) {
      // The waits of an earlier generation have ended.
      facts = facts.without(Fact.DEPENDENCY_WAIT, Fact.COMMAND);
    }
    if (step.next().desiredState() == DesiredState.UP) {
      facts = facts.without(Fact.GIVEN_UP);
    }
    ModelState modelState =
        new ModelState(
            step.next(), facts, transition.before().failures(), transition.before().window());
    for (SupervisionEffect supervisionEffect : step.effects()) {
      rules.checkEffect(supervisionEffect, modelState);
      modelState =
          modelState.with(modelState.carryOut(supervisionEffect, supervisionPolicy.stop()));
    }
    rules.checkTransition(transition, old, modelState);
    rules.checkState(modelState);
    return modelState.settled();
  }

  private Facts carryOut(SupervisionEffect supervisionEffect, StopPolicy stop) {
    return switch (supervisionEffect) {
      case SupervisionEffect.AwaitDependencies _ ->
          facts.without(Fact.LEFTOVERS, Fact.WATCHED).with(Fact.DEPENDENCY_WAIT);
      case SupervisionEffect.Spawn _ ->
          facts.without(Fact.LEFTOVERS, Fact.WATCHED).with(Fact.SPAWN);
      case SupervisionEffect.SignalTree _ -> stop.wholeTree() ? facts.with(Fact.WATCHED) : facts;
      case SupervisionEffect.RunStopCommand _ -> facts.with(Fact.COMMAND, Fact.COMMAND_RUN);
      case SupervisionEffect.StartTimer(InstanceTimer instanceTimer, long _, var _) ->
          facts.with(Fact.of(instanceTimer));
      case SupervisionEffect.CancelTimer(InstanceTimer instanceTimer) ->
          facts.without(Fact.of(instanceTimer));
      case SupervisionEffect.SendShutdown _, SupervisionEffect.Announce _ -> facts;
    };
  }

  /// Resets the counts in a final phase, and the facts of a stop that is over.
  private ModelState settled() {
    boolean over = state.phase() == Phase.STOPPED || state.phase() == Phase.ERRORED;
    Facts left = state.phase() == Phase.STOPPING ? facts : facts.without(Fact.COMMAND_RUN);
    Facts kept = over ? left.without(Fact.GIVEN_UP) : left;
    return new ModelState(state, kept, over ? 0 : failures, over ? 0 : window);
  }

  /// Returns the state without the values that would make the number of states infinite.
  ModelState normalized() {
    InstanceState small =
        new InstanceState(
            state.desiredState(),
            state.phase(),
            state.startBlocker(),
            state.stopCause(),
            state.signalled(),
            1,
            new RestartCounters(
                0,
                state.unstable(),
                state.counters().attempts(),
                new RestartCounters.Failures(state.counters().failures().count(), 0)),
            0,
            Optional.empty(),
            "");
    return new ModelState(small, facts, failures, window);
  }
}
