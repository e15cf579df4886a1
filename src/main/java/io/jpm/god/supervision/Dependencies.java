package io.jpm.god.supervision;

import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.model.AppName;
import io.jpm.model.StartCondition;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Event;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.Supervised;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BiConsumer;

/// Starts waiting instances when the dependencies of their apps are met. Confined to GodVerticle's
/// context.
public final class Dependencies {
  private final Registry registry;
  private final BiConsumer<Instance, Event> supervisor;
  private final Map<Instance, Long> waiting = new LinkedHashMap<>();
  private final Map<Instance, Promise<Verdict>> asked = new LinkedHashMap<>();
  private boolean open;
  private boolean looking;

  Dependencies(Registry registry, BiConsumer<Instance, Event> supervisor) {
    this.registry = registry;
    this.supervisor = supervisor;
  }

  /// The status of the dependencies of an instance.
  sealed interface Verdict {
    /// All dependencies are met.
    record Met() implements Verdict {}

    /// A dependency is not met yet.
    record Later() implements Verdict {}

    /// A dependency cannot be met.
    record Never(String reason) implements Verdict {}
  }

  /// Begins to check dependencies. Must be called after adoption, because before it the journaled
  /// states may be outdated.
  void open() {
    open = true;
    look();
  }

  /// Sends `instance` an event of `generation` when its dependencies are met or have failed.
  void await(Instance instance, long generation) {
    waiting.put(instance, generation);
  }

  /// Returns the status of the dependencies of `instance`; completes when no dependency is pending.
  Future<Verdict> verdictOf(Instance instance) {
    Verdict now = verdict(instance);
    return now instanceof Verdict.Later
        ? asked.computeIfAbsent(instance, _ -> Promise.promise()).future()
        : Future.succeededFuture(now);
  }

  /// Checks the dependencies again after any change of state.
  void look() {
    if (!open || looking || (waiting.isEmpty() && asked.isEmpty())) {
      return;
    }
    looking = true;
    try {
      lookAtAll();
    } finally {
      looking = false;
    }
  }

  private void lookAtAll() {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Instance instance : List.copyOf(waiting.keySet())) {
        changed |= look(instance);
      }
      for (Instance instance : List.copyOf(asked.keySet())) {
        changed |= tell(instance);
      }
    }
  }

  private boolean tell(Instance instance) {
    Verdict now = instance.removed ? new Verdict.Met() : verdict(instance);
    if (now instanceof Verdict.Later) {
      return false;
    }
    // Completing the promise may cause another instance to wait.
    Optional.ofNullable(asked.remove(instance)).ifPresent(promise -> promise.complete(now));
    return true;
  }

  private boolean look(Instance instance) {
    long generation = waiting.getOrDefault(instance, -1L);
    boolean over =
        instance.removed
            || instance.state.generation() != generation
            || instance.state.phase() != Phase.LAUNCHING
            || instance.state.startBlocker() != StartBlocker.DEPENDENCIES;
    if (over) {
      waiting.remove(instance);
      return true;
    }
    return switch (verdict(instance)) {
      case Verdict.Later() -> false;
      case Verdict.Met() -> answer(instance, new Event.DependenciesMet(generation));
      case Verdict.Never(String reason) ->
          answer(instance, new Event.DependencyFailed(generation, reason));
    };
  }

  private boolean answer(Instance instance, Event event) {
    waiting.remove(instance);
    supervisor.accept(instance, event);
    return true;
  }

  private Verdict verdict(Instance instance) {
    boolean later = false;
    for (Map.Entry<AppName, StartCondition> needed : instance.spec.dependsOn().entrySet()) {
      List<Instance> others = registry.ofApp(needed.getKey());
      if (others.isEmpty()) {
        return new Verdict.Never(
            "it depends on %s, which does not exist".formatted(needed.getKey()));
      }
      for (Instance other : others) {
        switch (verdict(other.state, needed.getValue())) {
          case Verdict.Met() -> {}
          case Verdict.Later() -> later = true;
          case Verdict.Never(String reason) -> {
            return new Verdict.Never("it depends on %s, which %s".formatted(other.label(), reason));
          }
        }
      }
    }
    return later ? new Verdict.Later() : new Verdict.Met();
  }

  /// Returns what `state` of another app means for an instance that waits for `startCondition`.
  static Verdict verdict(Supervised state, StartCondition startCondition) {
    return switch (startCondition) {
      case STARTED -> hasProcess(state) || hasRun(state) ? new Verdict.Met() : notYet(state);
      case READY -> state.phase() == Phase.ONLINE ? new Verdict.Met() : notYet(state);
      case COMPLETED -> hasCompleted(state) ? new Verdict.Met() : notYet(state);
    };
  }

  private static Verdict notYet(Supervised state) {
    return switch (state.phase()) {
      case ERRORED -> new Verdict.Never("is errored: " + state.reason());
      case STOPPED ->
          CrashBridging.isToRun(state)
              ? new Verdict.Later()
              : new Verdict.Never(
                  hasRun(state) ? "has ended: " + state.reason() : "is stopped: " + state.reason());
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART ->
          state.desiredState() == DesiredState.DOWN
              ? new Verdict.Never("is being stopped")
              : new Verdict.Later();
    };
  }

  private static boolean hasProcess(Supervised state) {
    return state.phase() == Phase.ONLINE || state.startBlocker() == StartBlocker.READINESS;
  }

  /// Reports whether the instance has ended by itself and was not stopped.
  private static boolean hasRun(Supervised state) {
    return state.phase() == Phase.STOPPED
        && state.desiredState() == DesiredState.IDLE
        && state.lastExit().isPresent();
  }

  private static boolean hasCompleted(Supervised state) {
    return hasRun(state) && state.lastExit().equals(Optional.of(new Exit.Code(0)));
  }

  /// Returns the instances that must be started together with `instances`: those of direct and
  /// indirect dependencies that are not running. Other instances of the same app are not included.
  public List<Instance> missingFor(List<Instance> instances) {
    List<Instance> missing = new ArrayList<>();
    var graph = registry.graph();
    instances.stream()
        .map(instance -> instance.spec.name())
        .distinct()
        .flatMap(app -> graph.withAllBefore(app).stream().filter(other -> !other.equals(app)))
        .distinct()
        .flatMap(app -> registry.ofApp(app).stream())
        .filter(other -> !instances.contains(other))
        .filter(other ->
            other.state.phase() == Phase.ERRORED
                || (other.state.phase() == Phase.STOPPED && !hasCompleted(other.state)))
        .forEach(missing::add);
    return missing;
  }
}
