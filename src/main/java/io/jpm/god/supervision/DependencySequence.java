package io.jpm.god.supervision;

import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.AppName;
import io.jpm.model.DependencyGraph;
import io.jpm.model.process.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Starts and stops instances in the order of their dependencies. Independent instances are started
/// and stopped at the same time. Confined to GodVerticle's context.
public final class DependencySequence {
  private final Registry registry;
  private final Supervisor supervisor;
  private final ReloadInterruptions reloadInterruptions;

  /// Creates the sequence for the instances in `registry`.
  ///
  /// @param reloadInterruptions records that another command interrupts a reload
  public DependencySequence(
      Registry registry, Supervisor supervisor, ReloadInterruptions reloadInterruptions) {
    this.registry = registry;
    this.supervisor = supervisor;
    this.reloadInterruptions = reloadInterruptions;
  }

  /// Starts or restarts `instances`, dependencies first. A running instance is left unchanged if
  /// its dependencies fail to start again. An instance that is not running waits for its
  /// dependencies on its own. An instance that is stopped in the meantime stays stopped.
  ///
  /// @return a future that completes when all instances have settled, with the reasons why some
  ///   were left unchanged
  public Future<List<String>> restart(List<SupervisedInstance> instances) {
    List<String> problems = new ArrayList<>();
    Map<AppName, Future<?>> asked = new HashMap<>();
    List<Future<?>> settled = new ArrayList<>();
    DependencyGraph graph = registry.graph();
    for (List<SupervisedInstance> group : groups(graph, instances)) {
      for (SupervisedInstance supervisedInstance : group) {
        stopCandidates(supervisedInstance);
        supervisedInstance.earlyFailure = "";
        Order order =
            new Order(supervisedInstance, supervisedInstance.state.desiredState(), problems);
        Future<?> ask = askedBefore(graph, supervisedInstance, asked).compose(_ -> ask(order));
        asked.merge(supervisedInstance.spec.name(), ask, (one, other) -> Future.join(one, other));
        settled.add(ask.compose(_ -> supervisedInstance.when(DependencySequence::settled)));
      }
    }
    return Future.join(settled).map(_ -> problems);
  }

  /// Completes when the command has requested a restart of those dependencies of the instance that
  /// it includes.
  private static Future<?> askedBefore(
      DependencyGraph graph, SupervisedInstance supervisedInstance, Map<AppName, Future<?>> asked) {
    List<Future<?>> before =
        graph.withDependencies(supervisedInstance.spec.name()).stream()
            .filter(app -> !app.equals(supervisedInstance.spec.name()))
            .<Future<?>>mapMulti((app, found) -> {
              Future<?> known = asked.get(app);
              if (known != null) {
                found.accept(known);
              }
            })
            .toList();
    return before.isEmpty() ? Future.succeededFuture() : Future.join(before);
  }

  /// A request to restart an instance as soon as its dependencies permit.
  ///
  /// @param desiredState the desired state when the restart was requested
  /// @param problems receives the reason if the instance is left unchanged
  private record Order(
      SupervisedInstance instance, DesiredState desiredState, List<String> problems) {
    boolean isOutdated() {
      return desiredState != DesiredState.DOWN
          && instance.state.desiredState() == DesiredState.DOWN;
    }

    void leave(String reason) {
      problems.add("%s was left unchanged: %s".formatted(instance.label(), reason));
    }
  }

  private Future<?> ask(Order order) {
    SupervisedInstance supervisedInstance = order.instance();
    if (!isRunning(supervisedInstance) || supervisedInstance.spec.dependsOn().isEmpty()) {
      restart(order);
      return Future.succeededFuture();
    }
    return supervisor
        .dependencies()
        .statusOf(supervisedInstance)
        .map(dependencyStatus -> {
          if (dependencyStatus
              instanceof DependencyMonitor.DependencyStatus.Failed(String reason)) {
            order.leave(reason);
          } else {
            restart(order);
          }
          return supervisedInstance;
        });
  }

  private void restart(Order order) {
    if (order.isOutdated()) {
      order.leave("it was stopped in the meantime");
    } else {
      supervisor.handle(order.instance(), new SupervisionEvent.RestartRequested());
    }
  }

  /// Interrupts the reloads of the instances' apps and applies `end` to all instances, dependents
  /// before their dependencies.
  public Future<Void> inReverse(
      List<SupervisedInstance> instances, Function<SupervisedInstance, Future<?>> end) {
    // Interrupts the reloads of all apps immediately, because a reload would otherwise continue
    // until it is the app's turn.
    instances.forEach(
        supervisedInstance -> reloadInterruptions.interrupt(supervisedInstance.spec.name()));
    Future<Void> done = Future.succeededFuture();
    for (List<SupervisedInstance> group : groups(registry.graph(), instances).reversed()) {
      done = done.compose(_ -> Future.join(group.stream().map(end).toList()).mapEmpty());
    }
    return done;
  }

  /// Stops an instance, or the one that has replaced it, together with its candidate and draining
  /// instances. Completes when the instance has stopped or when another command has started it
  /// again in the meantime.
  public Future<?> stop(SupervisedInstance wanted) {
    SupervisedInstance supervisedInstance = registry.currentOf(wanted);
    reloadInterruptions.interrupt(supervisedInstance.spec.name());
    List<Future<?>> stopped = new ArrayList<>();
    for (SupervisedInstance other : registry.replacementsOf(supervisedInstance)) {
      supervisor.handle(other, new SupervisionEvent.StopRequested());
      stopped.add(other.when(InstanceState::isOver));
    }
    supervisor.handle(supervisedInstance, new SupervisionEvent.StopRequested());
    stopped.add(supervisedInstance.when(DependencySequence::stopped));
    return Future.join(stopped);
  }

  /// Stops the candidates of the instance, because any other command takes precedence over its
  /// reload.
  private void stopCandidates(SupervisedInstance supervisedInstance) {
    reloadInterruptions.interrupt(supervisedInstance.spec.name());
    for (SupervisedInstance other : registry.replacementsOf(supervisedInstance)) {
      if (other.replacementRole == ReplacementRole.CANDIDATE) {
        supervisor.handle(other, new SupervisionEvent.StopRequested());
      }
    }
  }

  /// Groups instances so that each group depends only on earlier groups.
  public static List<List<SupervisedInstance>> groups(
      DependencyGraph graph, List<SupervisedInstance> instances) {
    Set<AppName> apps = new LinkedHashSet<>();
    instances.forEach(supervisedInstance -> apps.add(supervisedInstance.spec.name()));
    return graph.groups(apps).stream()
        .map(group ->
            instances.stream()
                .filter(supervisedInstance -> group.contains(supervisedInstance.spec.name()))
                .toList())
        .toList();
  }

  /// Reports whether no process is being created or stopped, which means that the last request has
  /// been completed.
  public static boolean settled(InstanceState state) {
    return state.phase() != Phase.LAUNCHING && state.phase() != Phase.STOPPING;
  }

  /// Reports whether the instance has stopped or has been started again by another command in the
  /// meantime.
  static boolean stopped(InstanceState state) {
    return state.phase() == Phase.STOPPED
        || (state.desiredState() == DesiredState.UP && settled(state));
  }

  /// Reports whether the instance has a process or will have one without a further request.
  public static boolean isRunning(SupervisedInstance supervisedInstance) {
    return switch (supervisedInstance.state.phase()) {
      case STOPPED, ERRORED -> false;
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART -> true;
    };
  }
}
