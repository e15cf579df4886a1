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

/// Starts waiting instances as soon as the dependencies of their apps are met. Confined to
/// GodVerticle's context.
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
    record Pending() implements DependencyStatus {}

    /// A dependency cannot be met.
    record Failed(String reason) implements DependencyStatus {}
  }

  /// Starts to check dependencies. Must be called after adoption, because until then the journaled
  /// states may be outdated.
  void open() {
    open = true;
    look();
  }

  /// Sends the instance an event with `generation` as soon as all its dependencies are met or one
  /// of them cannot be met.
  void await(SupervisedInstance supervisedInstance, long generation) {
    waiting.put(supervisedInstance, generation);
  }

  /// Returns the status of the dependencies of the instance. The future completes as soon as all
  /// dependencies are met or one of them cannot be met.
  Future<DependencyStatus> statusOf(SupervisedInstance supervisedInstance) {
    DependencyStatus now = verdict(supervisedInstance);
    return now instanceof DependencyStatus.Pending
        ? asked.computeIfAbsent(supervisedInstance, _ -> Promise.promise()).future()
        : Future.succeededFuture(now);
  }

  /// Checks the dependencies again. Must be called after each change of an instance's state.
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
    if (now instanceof DependencyStatus.Pending) {
      return false;
    }
    // Removed first, because completing the promise may add other waiting instances.
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
      case DependencyStatus.Pending() -> false;
      case DependencyStatus.Met() ->
          answer(supervisedInstance, new SupervisionEvent.DependenciesMet(generation));
      case DependencyStatus.Failed(String reason) ->
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
        return new DependencyStatus.Failed(
            "it depends on %s, which does not exist".formatted(needed.getKey()));
      }
      for (SupervisedInstance other : others) {
        switch (verdict(other.state, needed.getValue())) {
          case DependencyStatus.Met() -> {}
          case DependencyStatus.Pending() -> later = true;
          case DependencyStatus.Failed(String reason) -> {
            return new DependencyStatus.Failed(
                "it depends on %s, which %s".formatted(other.label(), reason));
          }
        }
      }
    }
    return later ? new DependencyStatus.Pending() : new DependencyStatus.Met();
  }

  /// Returns the status of a dependency on an instance in `state`, according to `startCondition`.
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
      case ERRORED -> new DependencyStatus.Failed("is errored: " + state.reason());
      case STOPPED ->
          CrashRecoveryStates.isStartPending(state)
              ? new DependencyStatus.Pending()
              : new DependencyStatus.Failed(
                  hasRun(state)
                      ? "has exited: " + state.reason()
                      : "is stopped: " + state.reason());
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART ->
          state.desiredState() == DesiredState.DOWN
              ? new DependencyStatus.Failed("is being stopped")
              : new DependencyStatus.Pending();
    };
  }

  private static boolean hasProcess(InstanceState state) {
    return state.phase() == Phase.ONLINE || state.startBlocker() == StartBlocker.READINESS;
  }

  /// Reports whether the instance has run and exited on its own, without being stopped.
  private static boolean hasRun(InstanceState state) {
    return state.phase() == Phase.STOPPED
        && state.desiredState() == DesiredState.IDLE
        && state.lastExit().isPresent();
  }

  private static boolean hasCompleted(InstanceState state) {
    return hasRun(state) && state.lastExit().equals(Optional.of(new Exit.Code(0)));
  }

  /// Returns the instances that must be started together with `instances`: those of direct and
  /// indirect dependencies that are not running. Other instances of the same apps are not included.
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
