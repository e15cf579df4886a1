package io.jpm.supervise;

import io.jpm.supervise.SupervisionEffect.Announce;
import io.jpm.supervise.SupervisionEffect.AwaitDependencies;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import io.jpm.supervise.SupervisionEffect.Spawn;

/// Transitions that begin a new generation.
record LaunchTransitions(SupervisionPolicy policies) {
  /// Begins a generation that waits for the dependencies of the app. Used for starts by a user or a
  /// schedule. Also used if a new daemon finds the process of an instance gone: the machine may
  /// have been rebooted, so the dependencies may be gone too.
  Step afterDependencies(InstanceState state, LifecycleChange lifecycleChange, String why) {
    if (!policies.dependent()) {
      return immediately(state, lifecycleChange, why);
    }
    InstanceState next =
        nextGeneration(state)
            .launching(StartBlocker.DEPENDENCIES, "waiting for the apps it depends on");
    return Step.to(
        next,
        new CancelTimer(InstanceTimer.RESTART),
        new Announce(lifecycleChange),
        new AwaitDependencies(next.generation()));
  }

  /// Begins a generation without waiting for dependencies. An instance that has exited is restarted
  /// even if its dependencies have exited, too.
  Step immediately(InstanceState state, LifecycleChange lifecycleChange, String why) {
    InstanceState next = nextGeneration(state).launching(StartBlocker.SPAWN, why);
    return Step.to(
        next,
        new CancelTimer(InstanceTimer.RESTART),
        new Announce(lifecycleChange),
        new Spawn(next.generation()));
  }

  Step dependenciesMet(InstanceState state) {
    return state.awaits(StartBlocker.DEPENDENCIES)
        ? Step.to(
            state.launching(StartBlocker.SPAWN, "started after the apps it depends on"),
            new Spawn(state.generation()))
        : Step.to(state);
  }

  private static InstanceState nextGeneration(InstanceState state) {
    return state.ofGeneration(state.generation() + 1);
  }
}
