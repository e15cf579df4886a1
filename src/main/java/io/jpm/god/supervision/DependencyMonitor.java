package io.jpm.god.supervision;

import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.AppName;
import io.jpm.model.StartCondition;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.SupervisionEvent;
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
public final class DependencyMonitor {
  private final Registry registry;
  private final BiConsumer<SupervisedInstance, SupervisionEvent> supervisor;
  private final Map<SupervisedInstance, Long> waiting = new LinkedHashMap<>();
  private final Map<SupervisedInstance, Promise<DependencyStatus>> asked = new LinkedHashMap<>();
  private boolean open;
  private boolean looking;

  DependencyMonitor(
      Registry registry, BiConsumer<SupervisedInstance, SupervisionEvent> supervisor) {
    this.registry = registry;
    this.supervisor = supervisor;
  }

  /// The status of the dependencies of an instance.
  sealed interface DependencyStatus {
    /// All dependencies are met.
    record Met() implements DependencyStatus {}

    /// A dependency is not met yet.
    record Later() implements DependencyStatus {}

    /// A dependency cannot be met.
    record Never(String reason) implements DependencyStatus {}
  }

  /// Begins to check dependencies. Must be called after adoption, because before it the journaled
  /// states may be outdated.
  void open() {
    open = true;
    look();
  }

  /// Sends `instance` an event of `generation` when its dependencies are met or have failed.
  void await(SupervisedInstance supervisedInstance, long generation) {
    waiting.put(supervisedInstance, generation);
  }

  /// Returns the status of the dependencies of `instance`; completes when no dependency is pending.
  Future<DependencyStatus> verdictOf(SupervisedInstance supervisedInstance) {
    DependencyStatus now = verdict(supervisedInstance);
    return now instanceof DependencyStatus.Later
        ? asked.computeIfAbsent(supervisedInstance, _ -> Promise.promise()).future()
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
      for (SupervisedInstance supervisedInstance : List.copyOf(waiting.keySet())) {
        changed |= look(supervisedInstance);
      }
      for (SupervisedInstance supervisedInstance : List.copyOf(asked.keySet())) {
        changed |= tell(supervisedInstance);
      }
    }
  }

  private boolean tell(SupervisedInstance supervisedInstance) {
    DependencyStatus now =
        supervisedInstance.removed ? new DependencyStatus.Met() : verdict(supervisedInstance);
    if (now instanceof DependencyStatus.Later) {
      return false;
    }
    // Completing the promise may cause another instance to wait.
    Optional.ofNullable(asked.remove(supervisedInstance))
        .ifPresent(promise -> promise.complete(now));
    return true;
  }

  private boolean look(SupervisedInstance supervisedInstance) {
    long generation = waiting.getOrDefault(supervisedInstance, -1L);
    boolean over =
        supervisedInstance.removed
            || supervisedInstance.state.generation() != generation
            || supervisedInstance.state.phase() != Phase.LAUNCHING
            || supervisedInstance.state.startBlocker() != StartBlocker.DEPENDENCIES;
    if (over) {
      waiting.remove(supervisedInstance);
      return true;
    }
    return switch (verdict(supervisedInstance)) {
      case DependencyStatus.Later() -> false;
      case DependencyStatus.Met() ->
          answer(supervisedInstance, new SupervisionEvent.DependenciesMet(generation));
      case DependencyStatus.Never(String reason) ->
          answer(supervisedInstance, new SupervisionEvent.DependencyFailed(generation, reason));
    };
  }

  private boolean answer(SupervisedInstance supervisedInstance, SupervisionEvent supervisionEvent) {
    waiting.remove(supervisedInstance);
    supervisor.accept(supervisedInstance, supervisionEvent);
    return true;
  }

  private DependencyStatus verdict(SupervisedInstance supervisedInstance) {
    boolean later = false;
    for (Map.Entry<AppName, StartCondition> needed :
        supervisedInstance.spec.dependsOn().entrySet()) {
      List<SupervisedInstance> others = registry.ofApp(needed.getKey());
      if (others.isEmpty()) {
        return new DependencyStatus.Never(
            "it depends on %s, which does not exist".formatted(needed.getKey()));
      }
      for (SupervisedInstance other : others) {
        switch (verdict(other.state, needed.getValue())) {
          case DependencyStatus.Met() -> {}
          case DependencyStatus.Later() -> later = true;
          case DependencyStatus.Never(String reason) -> {
            return new DependencyStatus.Never(
                "it depends on %s, which %s".formatted(other.label(), reason));
          }
        }
      }
    }
    return later ? new DependencyStatus.Later() : new DependencyStatus.Met();
  }

  /// Returns what `state` of another app means for an instance that waits for `startCondition`.
  static DependencyStatus verdict(InstanceState state, StartCondition startCondition) {
    return switch (startCondition) {
      case STARTED ->
          hasProcess(state) || hasRun(state) ? new DependencyStatus.Met() : notYet(state);
      case READY -> state.phase() == Phase.ONLINE ? new DependencyStatus.Met() : notYet(state);
      case COMPLETED -> hasCompleted(state) ? new DependencyStatus.Met() : notYet(state);
    };
  }

  private static DependencyStatus notYet(InstanceState state) {
    return switch (state.phase()) {
      case ERRORED -> new DependencyStatus.Never("is errored: " + state.reason());
      case STOPPED ->
          CrashBridging.isToRun(state)
              ? new DependencyStatus.Later()
              : new DependencyStatus.Never(
                  hasRun(state) ? "has ended: " + state.reason() : "is stopped: " + state.reason());
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART ->
          state.desiredState() == DesiredState.DOWN
              ? new DependencyStatus.Never("is being stopped")
              : new DependencyStatus.Later();
    };
  }

  private static boolean hasProcess(InstanceState state) {
    return state.phase() == Phase.ONLINE || state.startBlocker() == StartBlocker.READINESS;
  }

  /// Reports whether the instance has ended by itself and was not stopped.
  private static boolean hasRun(InstanceState state) {
    return state.phase() == Phase.STOPPED
        && state.desiredState() == DesiredState.IDLE
        && state.lastExit().isPresent();
  }

  private static boolean hasCompleted(InstanceState state) {
    return hasRun(state) && state.lastExit().equals(Optional.of(new Exit.Code(0)));
  }

  /// Returns the instances that must be started together with `instances`: those of direct and
  /// indirect dependencies that are not running. Other instances of the same app are not included.
  public List<SupervisedInstance> missingFor(List<SupervisedInstance> instances) {
    List<SupervisedInstance> missing = new ArrayList<>();
    var graph = registry.graph();
    instances.stream()
        .map(supervisedInstance -> supervisedInstance.spec.name())
        .distinct()
        .flatMap(app -> graph.withDependencies(app).stream().filter(other -> !other.equals(app)))
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
