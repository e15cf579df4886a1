package io.jpm.supervise;

import io.jpm.supervise.Effect.Announce;
import io.jpm.supervise.Effect.AwaitDependencies;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;
import io.jpm.supervise.Effect.Spawn;

/// Transitions that begin a new generation.
record Launching(Policies policies) {
  /// Begins a generation that waits for the dependencies of the app. Used for starts by a user or a
  /// schedule, and for instances that a new daemon finds gone, since the machine may have been
  /// rebooted.
  Step inOrder(Supervised state, Change change, String why) {
    if (!policies.dependent()) {
      return atOnce(state, change, why);
    }
    Supervised next =
        nextGeneration(state)
            .launching(StartBlocker.DEPENDENCIES, "waiting for the apps it depends on");
    return Step.to(
        next,
        new CancelTimer(Timer.RESTART),
        new Announce(change),
        new AwaitDependencies(next.generation()));
  }

  /// Begins a generation without waiting for dependencies: an instance that ended is restarted even
  /// if its dependencies have ended too.
  Step atOnce(Supervised state, Change change, String why) {
    Supervised next = nextGeneration(state).launching(StartBlocker.SPAWN, why);
    return Step.to(
        next, new CancelTimer(Timer.RESTART), new Announce(change), new Spawn(next.generation()));
  }

  Step dependenciesMet(Supervised state) {
    return state.awaits(StartBlocker.DEPENDENCIES)
        ? Step.to(
            state.launching(StartBlocker.SPAWN, "started after the apps it depends on"),
            new Spawn(state.generation()))
        : Step.to(state);
  }

  private static Supervised nextGeneration(Supervised state) {
    return state.ofGeneration(state.generation() + 1);
  }
}
