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

/// Has instances started and stopped in the order of their dependencies, those that have nothing to
/// do with each other at the same time. Owned by GodVerticle's context.
public final class DependencySequence {
  private final Registry registry;
  private final Supervisor supervisor;
  private final ReloadInterruptions reloadInterruptions;

  /// @param reloadInterruptions told of what comes between a reload
  public DependencySequence(
      Registry registry, Supervisor supervisor, ReloadInterruptions reloadInterruptions) {
    this.registry = registry;
    this.supervisor = supervisor;
    this.reloadInterruptions = reloadInterruptions;
  }

  /// Starts or restarts `instances`, what others depend on first. One that runs and whose
  /// dependencies do not come up again is left as it is; one that does not run waits for them by
  /// itself. What somebody stops meanwhile stays so.
  ///
  /// @return why some were left, when all have settled
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

  /// Completes when whatever `instance` depends on has been asked, if it is to be asked at all.
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

  /// One instance that is to be restarted when its turn comes.
  ///
  /// @param desiredState what was wanted of it when the restart was asked for
  /// @param problems gets why it was left
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

  /// Does `end` to all, to those that depend on others before those others.
  public Future<Void> inReverse(List<Instance> instances, Function<Instance, Future<?>> end) {
    // Not only when its turn comes: until then a reload would go on and on.
    instances.forEach(instance -> reloadInterruptions.interrupt(instance.spec.name()));
    Future<Void> done = Future.succeededFuture();
    for (List<Instance> group : groups(registry.graph(), instances).reversed()) {
      done = done.compose(_ -> Future.join(group.stream().map(end).toList()).mapEmpty());
    }
    return done;
  }

  /// Stops an instance, or what has taken its place, and what a reload has put beside it. Completes
  /// when it has stopped, or somebody else has had it started again meanwhile.
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

  /// Whatever else is wanted of `instance` comes before its reload.
  private void endSuccessors(Instance instance) {
    reloadInterruptions.interrupt(instance.spec.name());
    for (Instance other : registry.beside(instance)) {
      if (other.replacementRole == ReplacementRole.CANDIDATE) {
        supervisor.on(other, new Event.StopAsked());
      }
    }
  }

  public static List<List<Instance>> groups(DependencyGraph graph, List<Instance> instances) {
    Set<AppName> apps = new LinkedHashSet<>();
    instances.forEach(instance -> apps.add(instance.spec.name()));
    return graph.groups(apps).stream()
        .map(group ->
            instances.stream().filter(instance -> group.contains(instance.spec.name())).toList())
        .toList();
  }

  /// Whatever was asked has led to something: nothing is being made and nothing is being ended.
  public static boolean settled(Supervised state) {
    return state.phase() != Phase.LAUNCHING && state.phase() != Phase.STOPPING;
  }

  /// It has stopped, or somebody else has had it started again meanwhile.
  static boolean stopped(Supervised state) {
    return state.phase() == Phase.STOPPED
        || (state.desiredState() == DesiredState.UP && settled(state));
  }

  /// There is a process, or there will be one without anybody's doing.
  public static boolean isRunning(Instance instance) {
    return switch (instance.state.phase()) {
      case STOPPED, ERRORED -> false;
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART -> true;
    };
  }
}
