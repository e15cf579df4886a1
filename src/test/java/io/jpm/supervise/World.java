package io.jpm.supervise;

import io.jpm.model.Backoff;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
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
record World(Supervised state, Facts facts, int failures, int window) {

  static final World BEGIN = new World(Supervised.NEW, Facts.NONE, 0, 0);

  static final Exit CLEAN = new Exit.Code(0);
  static final Exit CRASH = new Exit.Code(1);
  static final Exit UNSEEN = new Exit.Unknown("no daemon");

  static final Daemonized DAEMONIZED =
      new Daemonized("daemonized", Duration.ZERO, Duration.ofMillis(10));

  /// Reports whether the event is the exit of a main process that daemonized itself.
  static boolean isDaemonizing(Event event) {
    return event instanceof Event.Exited exited
        && exited.daemonized().filter(it -> it.isMeantBy(exited.exit())).isPresent();
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
    OTHERS,
    /// The end of the tree will be reported.
    WATCHED,
    /// The stop command is running.
    COMMAND,
    /// The stop command was run in this stop.
    COMMANDED,
    /// The app was given up for a reason other than the number of its failures.
    GIVEN_UP,
    KILL_TIMER,
    RESTART_TIMER,
    READY_TIMER;

    static Fact of(Timer timer) {
      return switch (timer) {
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
    ORDER,
    /// A trigger of the app.
    TRIGGER,
    /// An occurrence without a command or a trigger.
    NEWS,
    /// A new daemon after the death of the old one.
    BOOT
  }

  /// An event that can happen now, its time, and the environment at that time.
  record Possible(String words, Source source, Event event, long now, World before) {}

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
  List<Possible> possible(Policies policies) {
    var all = new Possibilities(policies, new ArrayList<>());
    all.orders();
    all.news();
    all.boots();
    return all.list();
  }

  /// Returns events of an earlier generation, which must change nothing.
  List<Event> stale() {
    long old = state.generation() - 1;
    return List.of(
        new Event.DependenciesMet(old),
        new Event.DependencyFailed(old, "old"),
        new Event.Spawned(old),
        new Event.SpawnFailed(old, "old", false),
        new Event.SpawnFailed(old, "old", true),
        new Event.Ready(old),
        new Event.Exited(old, CRASH, true),
        new Event.Exited(old, CRASH, false),
        new Event.TreeGone(old),
        new Event.StopCommandEnded(old),
        new Event.TimerFired(Timer.KILL, old),
        new Event.TimerFired(Timer.RESTART, old),
        new Event.TimerFired(Timer.READY, old),
        new Event.NotReady(old, "old"),
        new Event.MoreTimeAsked(old, Duration.ofMinutes(1)),
        new Event.Adopted(old, 0),
        new Event.FoundGone(old, CRASH, true),
        new Event.FoundGone(old, UNSEEN, false));
  }

  /// Collects the events that can happen.
  private final class Possibilities {
    private final Policies policies;
    private final List<Possible> all;
    private final long generation = state.generation();

    Possibilities(Policies policies, List<Possible> all) {
      this.policies = policies;
      this.all = all;
    }

    List<Possible> list() {
      return all;
    }

    void orders() {
      boolean idle = state.phase() != Phase.LAUNCHING && state.phase() != Phase.ONLINE;
      add("start asked", Source.ORDER, new Event.StartAsked(), idle ? forgiven() : World.this);
      World anew =
          state.phase() == Phase.STOPPED || state.phase() == Phase.ERRORED
              ? forgiven()
              : World.this;
      add("try asked", Source.ORDER, new Event.TryAsked("try"), anew);
      add("stop asked", Source.ORDER, new Event.StopAsked(), World.this);
      add("restart asked", Source.ORDER, new Event.RestartAsked(), forgiven());
      boolean edited = state.desiredState() == DesiredState.UP && state.phase() != Phase.STOPPING;
      for (Event.Cause cause : Event.Cause.values()) {
        World before = cause == Event.Cause.FILES && edited ? forgiven() : World.this;
        boolean fails = cause == Event.Cause.HEALTH && isAsked();
        var due = new Event.RestartDue(cause, "due");
        add("due: " + cause, Source.TRIGGER, due, fails ? failed().inWindow(policies) : before);
        if (fails && state.phase() == Phase.ONLINE) {
          all.add(
              new Possible(
                  "due late: " + cause,
                  Source.TRIGGER,
                  due,
                  state.onlineSinceNanos() + minUptime(),
                  steadied().inWindow(policies)));
        }
      }
    }

    /// Reports whether there is a process whose health counts.
    private boolean isAsked() {
      boolean here = state.phase() == Phase.ONLINE || state.awaits(StartBlocker.READINESS);
      return here && state.desiredState() == DesiredState.UP && state.stopCause() == StopCause.NONE;
    }

    void news() {
      if (has(Fact.DEPENDENCY_WAIT)) {
        World answered = with(facts.without(Fact.DEPENDENCY_WAIT));
        news("dependencies met", new Event.DependenciesMet(generation), answered);
        news("dependency failed", new Event.DependencyFailed(generation, "no"), answered);
      }
      if (has(Fact.SPAWN)) {
        World none = with(facts.without(Fact.SPAWN));
        news("spawned", new Event.Spawned(generation), none.with(none.facts.with(Fact.MAIN)));
        news("spawn failed", new Event.SpawnFailed(generation, "no", false), none);
        boolean counts =
            state.desiredState() == DesiredState.UP && state.stopCause() == StopCause.NONE;
        news(
            "spawn failed for now",
            new Event.SpawnFailed(generation, "no", true),
            counts ? none.failed() : none);
      }
      if (has(Fact.MAIN)) {
        news("ready", new Event.Ready(generation), World.this);
        news(
            "more time asked",
            new Event.MoreTimeAsked(generation, Duration.ofMinutes(1)),
            World.this);
        exits();
      } else if (has(Fact.WATCHED)) {
        World gone = with(facts.without(Fact.WATCHED, Fact.OTHERS));
        news("tree gone", new Event.TreeGone(generation), gone);
      }
      if (has(Fact.COMMAND)) {
        World ended = with(facts.without(Fact.COMMAND));
        news("stop command ended", new Event.StopCommandEnded(generation), ended);
      }
      for (Timer timer : Timer.values()) {
        if (has(Fact.of(timer))) {
          World fired = with(facts.without(Fact.of(timer)));
          boolean counts = timer == Timer.READY && state.awaits(StartBlocker.READINESS);
          World after = counts ? fired.failed().inWindow(policies) : fired;
          news(timer + " timer", new Event.TimerFired(timer, generation), after);
          if (timer == Timer.READY) {
            news("not ready", new Event.NotReady(generation, "no answer"), after);
          }
        }
      }
    }

    private void exits() {
      boolean online = state.phase() == Phase.ONLINE;
      boolean counts = online || state.awaits(StartBlocker.READINESS);
      if (counts) {
        World daemon = with(facts.without(Fact.MAIN).with(Fact.OTHERS, Fact.GIVEN_UP)).failed();
        exit("daemonized", daemonized(CLEAN), 1, daemon);
      }
      for (boolean others : new boolean[] {false, true}) {
        Facts left = facts.without(Fact.MAIN);
        World after = with(others ? left.with(Fact.OTHERS) : left);
        for (Exit exit : counts ? exitKinds() : List.of(CRASH)) {
          String words = exit + (others ? ", others left" : "");
          var event = new Event.Exited(generation, exit, others);
          boolean fails = policies.restart().isFailure(exit);
          World ended = fails && counts ? after.inWindow(policies) : after;
          exit(words, event, 1, counts ? ended.failed() : ended);
          if (online) {
            exit(words + " late", event, minUptime(), ended.steadied());
          }
          if (online && policies.restart().backoff() instanceof Backoff.Exponential) {
            exit(words + " very late", event, Backoff.RESET.toNanos(), ended.steadied());
          }
          if (online && policies.restart().window().limited()) {
            long over = policies.restart().window().time().toNanos() + 1;
            World fresh = fails ? after.afterWindow(policies) : after;
            exit(words + " after the window", event, over, fresh.steadied());
          }
        }
      }
    }

    private Event daemonized(Exit exit) {
      return new Event.Exited(generation, exit, true, "", "", Optional.of(DAEMONIZED));
    }

    private long minUptime() {
      return policies.restart().minUptime().toNanos();
    }

    private List<Exit> exitKinds() {
      List<Exit> kinds = new ArrayList<>(List.of(CRASH));
      boolean limited = policies.restart().window().limited();
      if (limited || policies.restart().when() == RestartPolicy.When.ON_FAILURE) {
        kinds.add(CLEAN);
      }
      policies.restart().stopExitCodes().forEach(code -> kinds.add(new Exit.Code(code)));
      return kinds;
    }

    private void exit(String words, Event event, long uptime, World before) {
      all.add(new Possible(words, Source.NEWS, event, state.onlineSinceNanos() + uptime, before));
    }

    /// The daemon dies now, and with it its timers, waits, watches and the stop command. The next
    /// daemon finds the processes that still run, which may have changed in between. Its journal
    /// may be one launch older than the newest process.
    void boots() {
      Facts kept = has(Fact.GIVEN_UP) ? Facts.NONE.with(Fact.GIVEN_UP) : Facts.NONE;
      World bare = with(kept);
      World live = with(kept.with(Fact.MAIN));
      World leaving = with(kept.with(Fact.OTHERS));
      if (facts.hasAny(Fact.MAIN, Fact.SPAWN)) {
        boot("adopted", new Event.Adopted(generation, 0), live);
        goneBoots("", generation, leaving, exitKinds());
      }
      if (has(Fact.OTHERS)) {
        goneBoots("", generation, leaving, List.of());
      }
      switch (state.phase()) {
        case STOPPED, ERRORED, WAITING_RESTART -> {
          boolean failed = state.phase() == Phase.ERRORED;
          World strays = failed ? leaving.with(leaving.facts.with(Fact.GIVEN_UP)) : leaving;
          boot("found strays", new Event.FoundGone(generation, UNSEEN, true), strays);
        }
        case LAUNCHING, ONLINE, STOPPING -> {}
      }
      boot("found gone", new Event.FoundGone(generation, UNSEEN, false), bare.unseen());
      boolean begun = state.desiredState() != DesiredState.UP;
      boot("newer adopted", new Event.Adopted(generation + 1, 0), begun ? live.forgiven() : live);
      World gone = begun ? leaving.forgiven() : leaving.steadied();
      goneBoots("newer ", generation + 1, gone, exitKinds());
      boot(
          "newer found gone",
          new Event.FoundGone(generation + 1, UNSEEN, false),
          gone.with(Facts.NONE));
    }

    private void goneBoots(String newer, long of, World leaving, List<Exit> exact) {
      World gone = leaving.with(leaving.facts.without(Fact.OTHERS)).unseen();
      for (Exit exit : exact) {
        boot(newer + "found gone: " + exit, new Event.FoundGone(of, exit, false), gone);
      }
      boot(newer + "found others", new Event.FoundGone(of, UNSEEN, true), leaving.unseen());
    }

    private void boot(String words, Event event, World before) {
      add(words, Source.BOOT, event, before);
    }

    private void news(String words, Event event, World before) {
      add(words, Source.NEWS, event, before);
    }

    private void add(String words, Source source, Event event, World before) {
      all.add(new Possible(words, source, event, state.onlineSinceNanos(), before));
    }
  }

  private World with(Facts other) {
    return new World(state, other, failures, window);
  }

  /// Counts one more failure within the window, if there is a window.
  private World inWindow(Policies policies) {
    boolean counts = policies.restart().window().limited();
    return new World(state, facts, failures, counts ? window + 1 : 0);
  }

  private World afterWindow(Policies policies) {
    return new World(state, facts, failures, 0).inWindow(policies);
  }

  private World failed() {
    return new World(state, facts, failures + 1, window);
  }

  /// Returns the state after a stable run.
  private World steadied() {
    return new World(state, facts, 0, window);
  }

  private World forgiven() {
    return new World(state, facts, 0, 0);
  }

  /// Returns the state after an exit that no daemon saw. It does not affect the counts of an app
  /// that is already stopping.
  private World unseen() {
    boolean launching = state.phase() == Phase.LAUNCHING && state.stopCause() == StopCause.NONE;
    return state.phase() == Phase.ONLINE || launching ? steadied() : this;
  }

  /// Returns the state after an event and the effects of the machine's step.
  ///
  /// @throws Violation if a rule is broken
  static World after(Possible possible, Step step, Policies policies) {
    Supervised old = possible.before().state();
    var rules = new WorldRules(policies);
    Facts facts = possible.before().facts();
    if (step.next().generation() != old.generation()) {
      // The waits of an earlier generation have ended.
      facts = facts.without(Fact.DEPENDENCY_WAIT, Fact.COMMAND);
    }
    if (step.next().desiredState() == DesiredState.UP) {
      facts = facts.without(Fact.GIVEN_UP);
    }
    World world =
        new World(step.next(), facts, possible.before().failures(), possible.before().window());
    for (Effect effect : step.effects()) {
      rules.allows(effect, world);
      world = world.with(world.carryOut(effect, policies.stop()));
    }
    rules.holdOn(possible, old, world);
    rules.holdIn(world);
    return world.settled();
  }

  private Facts carryOut(Effect effect, StopPolicy stop) {
    return switch (effect) {
      case Effect.AwaitDependencies _ ->
          facts.without(Fact.OTHERS, Fact.WATCHED).with(Fact.DEPENDENCY_WAIT);
      case Effect.Spawn _ -> facts.without(Fact.OTHERS, Fact.WATCHED).with(Fact.SPAWN);
      case Effect.SignalTree _ -> stop.wholeTree() ? facts.with(Fact.WATCHED) : facts;
      case Effect.RunStopCommand _ -> facts.with(Fact.COMMAND, Fact.COMMANDED);
      case Effect.StartTimer(Timer timer, long _, var _) -> facts.with(Fact.of(timer));
      case Effect.CancelTimer(Timer timer) -> facts.without(Fact.of(timer));
      case Effect.SendShutdown _, Effect.Announce _ -> facts;
    };
  }

  /// Resets the counts in a final phase, and the facts of a stop that is over.
  private World settled() {
    boolean over = state.phase() == Phase.STOPPED || state.phase() == Phase.ERRORED;
    Facts left = state.phase() == Phase.STOPPING ? facts : facts.without(Fact.COMMANDED);
    Facts kept = over ? left.without(Fact.GIVEN_UP) : left;
    return new World(state, kept, over ? 0 : failures, over ? 0 : window);
  }

  /// Returns the state without the values that would make the number of states infinite.
  World essence() {
    Supervised small =
        new Supervised(
            state.desiredState(),
            state.phase(),
            state.startBlocker(),
            state.stopCause(),
            state.signalled(),
            1,
            new Counters(
                0,
                state.unstable(),
                state.counters().attempts(),
                new Counters.Failures(state.counters().failures().count(), 0)),
            0,
            Optional.empty(),
            "");
    return new World(small, facts, failures, window);
  }
}
