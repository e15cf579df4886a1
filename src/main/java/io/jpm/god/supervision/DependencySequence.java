package io.jpm.god.supervision;

import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.model.AppName;
import io.jpm.model.DependencyGraph;
import io.jpm.model.run.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Event;
import io.jpm.supervise.Supervised;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// Starts and stops instances in the order of their dependencies, independent ones at the same
/// time. Confined to GodVerticle's context.
public final class DependencySequence {
  private final Registry registry;
  private final Supervisor supervisor;
  private final ReloadInterruptions reloadInterruptions;

  /// @param reloadInterruptions records that another command interrupts a reload
  public DependencySequence(
      Registry registry, Supervisor supervisor, ReloadInterruptions reloadInterruptions) {
    this.registry = registry;
    this.supervisor = supervisor;
    this.reloadInterruptions = reloadInterruptions;
  }

  /// Starts or restarts `instances`, dependencies first. A running instance is left as it is if its
  /// dependencies do not start again; an instance that is not running waits for them by itself. An
  /// instance that is stopped meanwhile stays stopped.
  ///
  /// @return when all have settled, the reasons why some were left as they are
  public Future<List<String>> restart(List<Instance> instances) {
    List<String> problems = new ArrayList<>();
    Map<AppName, Future<?>> asked = new HashMap<>();
    List<Future<?>> settled = new ArrayList<>();
    DependencyGraph graph = registry.graph();
    for (List<Instance> group : groups(graph, instances)) {
      for (Instance instance : group) {
        endSuccessors(instance);
        instance.earlyEnd = "";
        Order order = new Order(instance, instance.state.desiredState(), problems);
        Future<?> ask = askedBefore(graph, instance, asked).compose(_ -> ask(order));
        asked.merge(instance.spec.name(), ask, (one, other) -> Future.join(one, other));
        settled.add(ask.compose(_ -> instance.when(DependencySequence::settled)));
      }
    }
    return Future.join(settled).map(_ -> problems);
  }

  /// Completes when all dependencies of `instance` that belong to this restart have been requested.
  private static Future<?> askedBefore(
      DependencyGraph graph, Instance instance, Map<AppName, Future<?>> asked) {
    List<Future<?>> before =
        graph.withAllBefore(instance.spec.name()).stream()
            .filter(app -> !app.equals(instance.spec.name()))
            .<Future<?>>mapMulti((app, found) -> {
              Future<?> known = asked.get(app);
              if (known != null) {
                found.accept(known);
              }
            })
            .toList();
    return before.isEmpty() ? Future.succeededFuture() : Future.join(before);
  }

  /// An instance that waits for its turn to restart.
  ///
  /// @param desiredState the desired state when the restart was requested
  /// @param problems receives the reason if the instance is left as it is
  private record Order(Instance instance, DesiredState desiredState, List<String> problems) {
    boolean isOutdated() {
      return desiredState != DesiredState.DOWN
          && instance.state.desiredState() == DesiredState.DOWN;
    }

    void leave(String reason) {
      problems.add("%s was left as it is: %s".formatted(instance.label(), reason));
    }
  }

  private Future<?> ask(Order order) {
    Instance instance = order.instance();
    if (!isRunning(instance) || instance.spec.dependsOn().isEmpty()) {
      restart(order);
      return Future.succeededFuture();
    }
    return supervisor
        .dependencies()
        .verdictOf(instance)
        .map(verdict -> {
          if (verdict instanceof Dependencies.Verdict.Never(String reason)) {
            order.leave(reason);
          } else {
            restart(order);
          }
          return instance;
        });
  }

  private void restart(Order order) {
    if (order.isOutdated()) {
      order.leave("it was stopped meanwhile");
    } else {
      supervisor.on(order.instance(), new Event.RestartAsked());
    }
  }

  /// Applies `end` to all instances, dependents before their dependencies.
  public Future<Void> inReverse(List<Instance> instances, Function<Instance, Future<?>> end) {
    // Immediately for all, not only at their turn: until then a reload would continue.
    instances.forEach(instance -> reloadInterruptions.interrupt(instance.spec.name()));
    Future<Void> done = Future.succeededFuture();
    for (List<Instance> group : groups(registry.graph(), instances).reversed()) {
      done = done.compose(_ -> Future.join(group.stream().map(end).toList()).mapEmpty());
    }
    return done;
  }

  /// Stops an instance, or the one that has replaced it, and its candidate or draining instance.
  /// Completes when it has stopped, or was started again by another command meanwhile.
  public Future<?> stop(Instance wanted) {
    Instance instance = registry.present(wanted);
    reloadInterruptions.interrupt(instance.spec.name());
    List<Future<?>> stopped = new ArrayList<>();
    for (Instance other : registry.beside(instance)) {
      supervisor.on(other, new Event.StopAsked());
      stopped.add(other.when(Supervised::isOver));
    }
    supervisor.on(instance, new Event.StopAsked());
    stopped.add(instance.when(DependencySequence::stopped));
    return Future.join(stopped);
  }

  /// Any other command for `instance` takes precedence over its reload.
  private void endSuccessors(Instance instance) {
    reloadInterruptions.interrupt(instance.spec.name());
    for (Instance other : registry.beside(instance)) {
      if (other.replacementRole == ReplacementRole.CANDIDATE) {
        supervisor.on(other, new Event.StopAsked());
      }
    }
  }

  /// Groups instances so that each group depends on earlier groups only.
  public static List<List<Instance>> groups(DependencyGraph graph, List<Instance> instances) {
    Set<AppName> apps = new LinkedHashSet<>();
    instances.forEach(instance -> apps.add(instance.spec.name()));
    return graph.groups(apps).stream()
        .map(group ->
            instances.stream().filter(instance -> group.contains(instance.spec.name())).toList())
        .toList();
  }

  /// Reports whether the request has been handled: no process is being created or stopped.
  public static boolean settled(Supervised state) {
    return state.phase() != Phase.LAUNCHING && state.phase() != Phase.STOPPING;
  }

  /// Reports whether the instance has stopped, or was started again by another command meanwhile.
  static boolean stopped(Supervised state) {
    return state.phase() == Phase.STOPPED
        || (state.desiredState() == DesiredState.UP && settled(state));
  }

  /// Reports whether the instance has a process, or will have one without a further request.
  public static boolean isRunning(Instance instance) {
    return switch (instance.state.phase()) {
      case STOPPED, ERRORED -> false;
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART -> true;
    };
  }
}
