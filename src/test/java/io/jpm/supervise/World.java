package io.jpm.supervise;

import io.jpm.model.Exit;
import io.jpm.model.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What is outside the machine: the process, its tree, the timers. Small enough to walk every state
/// of it.
record World(
    Supervised state,
    boolean spawnPending,
    boolean mainAlive,
    boolean othersAlive,
    boolean treeWatched,
    boolean killTimer,
    boolean restartTimer) {

  static final World BEGIN = new World(Supervised.NEW, false, false, false, false, false, false);

  static final Exit CRASH = new Exit.Code(1);

  /// An event that can happen now, and when.
  record Possible(String words, Event event, long now, World before) {}

  /// A rule was broken.
  static final class Violation extends AssertionError {
    private static final long serialVersionUID = 1L;

    Violation(String rule) {
      super(rule);
    }
  }

  /// Everything that can happen next.
  List<Possible> possible(Policies policies) {
    List<Possible> all = new ArrayList<>();
    long generation = state.generation();
    add(all, "start asked", new Event.StartAsked(), this);
    add(all, "stop asked", new Event.StopAsked(), this);
    add(all, "restart asked", new Event.RestartAsked(), this);
    if (spawnPending) {
      World born = new World(state, false, true, false, false, killTimer, restartTimer);
      World stillborn = new World(state, false, false, false, false, killTimer, restartTimer);
      add(all, "spawned", new Event.Spawned(generation), born);
      add(all, "spawn failed", new Event.SpawnFailed(generation, "no", false), stillborn);
    }
    if (mainAlive) {
      exits(all, policies, generation);
    }
    if (!mainAlive && treeWatched) {
      World gone = new World(state, spawnPending, false, false, false, killTimer, restartTimer);
      add(all, "tree gone", new Event.TreeGone(generation), gone);
    }
    if (killTimer) {
      World fired =
          new World(state, spawnPending, mainAlive, othersAlive, treeWatched, false, restartTimer);
      add(all, "kill timer", new Event.TimerFired(Timer.KILL, generation), fired);
    }
    if (restartTimer) {
      World fired =
          new World(state, spawnPending, mainAlive, othersAlive, treeWatched, killTimer, false);
      add(all, "restart timer", new Event.TimerFired(Timer.RESTART, generation), fired);
    }
    return all;
  }

  /// News of an earlier generation, which must change nothing.
  List<Event> stale() {
    long old = state.generation() - 1;
    return List.of(
        new Event.Spawned(old),
        new Event.SpawnFailed(old, "old", false),
        new Event.Exited(old, CRASH, true),
        new Event.TreeGone(old),
        new Event.TimerFired(Timer.KILL, old),
        new Event.TimerFired(Timer.RESTART, old));
  }

  private void exits(List<Possible> all, Policies policies, long generation) {
    long soon = state.onlineSinceNanos() + 1;
    long late = state.onlineSinceNanos() + policies.restart().minUptime().toNanos();
    for (boolean others : new boolean[] {false, true}) {
      World after =
          new World(state, spawnPending, false, others, treeWatched, killTimer, restartTimer);
      var event = new Event.Exited(generation, CRASH, others);
      String left = others ? ", others left" : "";
      all.add(new Possible("exit at once" + left, event, soon, after));
      all.add(new Possible("exit late" + left, event, late, after));
    }
  }

  private static void add(List<Possible> all, String words, Event event, World before) {
    all.add(new Possible(words, event, 0, before));
  }

  /// The world after a step, its effects carried out.
  ///
  /// @throws Violation when an effect breaks a rule
  World after(Step step, Policies policies) {
    World world =
        new World(
            step.next(),
            spawnPending,
            mainAlive,
            othersAlive,
            treeWatched,
            killTimer,
            restartTimer);
    for (Effect effect : step.effects()) {
      world = world.carryOut(effect, policies);
    }
    world.check(policies);
    return world;
  }

  private World carryOut(Effect effect, Policies policies) {
    return switch (effect) {
      case Effect.Spawn(long generation) -> {
        rule(!spawnPending && !mainAlive, "at most one live generation");
        rule(
            !othersAlive || !policies.stop().wholeTree(),
            "a successor starts only when the tree is gone");
        rule(state.wanted() == Wanted.UP, "no spawn while it is wanted down");
        rule(generation == state.generation(), "a spawn is of the present generation");
        yield new World(state, true, false, false, false, killTimer, restartTimer);
      }
      case Effect.SignalTree(long generation, Signal _) -> {
        rule(generation == state.generation(), "a signal is for the present generation");
        rule(mainAlive || othersAlive || treeWatched, "only what lives is signalled");
        yield new World(
            state,
            spawnPending,
            mainAlive,
            othersAlive,
            policies.stop().wholeTree(),
            killTimer,
            restartTimer);
      }
      case Effect.StartTimer(Timer timer, long _, var _) ->
          switch (timer) {
            case KILL -> timers(true, restartTimer);
            case RESTART -> timers(killTimer, true);
            case READY -> this;
          };
      case Effect.CancelTimer(Timer timer) ->
          switch (timer) {
            case KILL -> timers(false, restartTimer);
            case RESTART -> timers(killTimer, false);
            case READY -> this;
          };
      case Effect.Announce _,
          Effect.AwaitDependencies _,
          Effect.SendShutdown _,
          Effect.RunStopCommand _ ->
          this;
    };
  }

  private World timers(boolean kill, boolean restart) {
    return new World(state, spawnPending, mainAlive, othersAlive, treeWatched, kill, restart);
  }

  private void check(Policies policies) {
    rule(
        state.unstable() <= Math.max(1, policies.restart().maxRestarts()),
        "never more unstable ends than max_restarts");
    boolean ends = policies.stop().wholeTree();
    switch (state.phase()) {
      case STOPPED, ERRORED -> {
        rule(!spawnPending && !mainAlive, state.phase() + " means that nothing runs");
        rule(!othersAlive || !ends, state.phase() + " means that the whole tree is gone");
        rule(!restartTimer && !killTimer, state.phase() + " waits for nothing");
        rule(state.wanted() != Wanted.UP, state.phase() + " is not wanted up");
      }
      case LAUNCHING -> rule(spawnPending, "launching means that a process is being made");
      case ONLINE -> {
        rule(mainAlive && !spawnPending, "online means that the process runs");
        rule(!killTimer && !restartTimer, "online waits for nothing");
        rule(state.wanted() == Wanted.UP, "online is wanted up");
      }
      case STOPPING -> rule(killTimer && !spawnPending, "stopping has a limit");
      case WAITING_RESTART -> {
        rule(restartTimer && !mainAlive && !spawnPending, "a delayed restart has its timer");
        rule(state.wanted() == Wanted.UP, "what waits for a restart is wanted up");
      }
    }
  }

  private static void rule(boolean holds, String rule) {
    if (!holds) {
      throw new Violation(rule);
    }
  }

  /// The same world with all that makes the number of worlds endless taken out.
  World essence() {
    Supervised small =
        new Supervised(
            state.wanted(),
            state.phase(),
            state.awaiting(),
            state.ending(),
            state.signalled(),
            1,
            new Counters(0, state.unstable(), 0),
            0,
            Optional.empty(),
            "");
    return new World(
        small, spawnPending, mainAlive, othersAlive, treeWatched, killTimer, restartTimer);
  }
}
