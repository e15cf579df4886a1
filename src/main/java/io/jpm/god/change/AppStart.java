package io.jpm.god.change;

import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.adoption.ProcessClaims;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.RepeatableCommand;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.journal.JournalUnavailable;
import io.jpm.god.supervision.CrashBridging;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.DependencyGraph;
import io.jpm.supervise.Supervised;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// Starts and restarts apps from their specs. Confined to GodVerticle's context.
public final class AppStart {
  private final GodServices godServices;
  private final Registry registry;

  public AppStart(GodServices godServices) {
    this.godServices = godServices;
    this.registry = godServices.registry();
  }

  /// Starts or restarts apps from their specs, and reclaims their processes that run already.
  ///
  /// @param repeatableCommand receives the goals of the command
  public Future<GodReply> startApps(
      GodCommand.StartApps start, RepeatableCommand repeatableCommand) {
    List<String> refusals = refusals(start);
    return refusals.isEmpty()
        ? godServices
            .processClaims()
            .claim(start.specs())
            .compose(claimed -> startApps(start, repeatableCommand, claimed))
        : Future.succeededFuture(new GodReply(List.of(), refusals));
  }

  /// @param claimed running processes of the apps that were in no list
  private Future<GodReply> startApps(
      GodCommand.StartApps start,
      RepeatableCommand repeatableCommand,
      ProcessClaims.Outcome claimed) {
    if (!claimed.doubtful().isEmpty()) {
      return Future.succeededFuture(
          new GodReply(CommandReplies.views(claimed.adopted()), claimed.problems()));
    }
    var fitted = new InstanceReconciler.Fitted();
    if (start.file().isPresent() || start.existing() != GodCommand.Existing.RESTART) {
      List<AppName> names = start.specs().stream().map(AppSpec::name).toList();
      List<AppFile> before = registry.files().all();
      registry.files().cameFrom(start.file(), names);
      fitted.change().undoneBy(() -> registry.files().restore(before));
    }
    for (AppSpec spec : start.specs()) {
      // Otherwise a running reload would promote a candidate with the old spec.
      godServices.reloadInterruptions().interrupt(spec.name());
      godServices.instanceReconciler().fit(spec, fitted);
    }
    List<Instance> concerned = fitted.concerned();
    List<Instance> surplus = fitted.surplus();
    // A process that was in no list is not stopped as surplus, since the caller did not know of it.
    concerned.addAll(surplus.stream().filter(claimed.adopted()::contains).toList());
    surplus.removeAll(claimed.adopted());
    List<Instance> toRun =
        concerned.stream()
            .filter(instance -> !claimed.adopted().contains(instance))
            .filter(instance -> instance.spec.autostart() || DependencySequence.isRunning(instance))
            .toList();
    List<Instance> begun = EarlyExitWatch.atRest(toRun);
    return run(toRun, surplus, fitted.change(), repeatableCommand)
        .compose(left -> lasting(begun, left, start.lasting()))
        .map(left -> {
          List<String> problems = new ArrayList<>(left);
          problems.addAll(claimed.problems());
          problems.addAll(CommandReplies.deleted(concerned));
          GodReply reply =
              CommandReplies.withStops(
                  concerned,
                  new GodReply(
                      CommandReplies.views(concerned),
                      CommandReplies.failures(concerned, problems)));
          return claimed.adopted().isEmpty()
              ? reply
              : reply.withNote(ProcessClaims.takenUp(claimed.adopted()));
        });
  }

  /// Starts or restarts instances of the list, and deletes surplus ones.
  ///
  /// @param change the changes of the list for this command
  /// @param repeatableCommand receives the goals of the command
  /// @return the reasons why some were left as they are; fails with [JournalUnavailable], without
  ///   any change, if the journal cannot be written. A command that only deletes instances does not
  ///   need the journal.
  public Future<List<String>> run(
      List<Instance> toRun,
      List<Instance> surplus,
      ProvisionalChange change,
      RepeatableCommand repeatableCommand) {
    toRun.forEach(instance -> beToRun(instance, change));
    repeatableCommand.renews(toRun);
    repeatableCommand.ends(surplus);
    change.undoneBy(() -> {
      repeatableCommand.leaves(toRun);
      repeatableCommand.leaves(surplus);
    });
    godServices.journal().changed();
    Failpoint.INSTANCE_ADDED.hit();
    boolean less = toRun.isEmpty() && !surplus.isEmpty();
    // Journaled before the first process is created: a daemon that dies in between leaves no
    // unknown process.
    return godServices
        .journal()
        .kept()
        .compose(problem -> {
          if (problem.isPresent() && !less) {
            change.takeBack();
            godServices.journal().changed();
            throw new JournalUnavailable(problem.get());
          }
          change.hold();
          Failpoint.INSTANCE_WRITTEN.hit();
          List<Instance> all =
              new ArrayList<>(godServices.supervisor().dependencies().missingFor(toRun));
          all.addAll(toRun);
          Future<List<String>> restarted = godServices.dependencySequence().restart(all);
          return surplus.isEmpty()
              ? restarted
              : godServices
                  .deletion()
                  .delete(List.copyOf(surplus), List.of())
                  .compose(_ -> restarted);
        })
        .compose(left -> godServices.journal().written().map(left));
  }

  private static void beToRun(Instance instance, ProvisionalChange change) {
    Supervised before = instance.state;
    Supervised toRun = CrashBridging.toRun(before);
    instance.state = toRun;
    change.undoneBy(() -> {
      if (instance.state.equals(toRun)) {
        instance.state = before;
      }
    });
  }

  /// Returns `problems` and, if the caller waits for that, which of `started` have failed early.
  ///
  /// @param started the instances that had no process before ([EarlyExitWatch#atRest])
  public Future<List<String>> lasting(
      List<Instance> started, List<String> problems, boolean wanted) {
    return wanted
        ? godServices
            .earlyExitWatch()
            .of(started)
            .map(ended -> {
              List<String> all = new ArrayList<>(problems);
              ended.stream().map(EarlyExitWatch::words).forEach(all::add);
              return all;
            })
        : Future.succeededFuture(problems);
  }

  private List<String> refusals(GodCommand.StartApps start) {
    List<String> refusals = new ArrayList<>();
    if (start.existing() == GodCommand.Existing.REFUSE_RUNNING) {
      start.specs().stream()
          .map(AppSpec::name)
          .filter(name -> registry.ofApp(name).stream().anyMatch(DependencySequence::isRunning))
          .map(name ->
              "app %s is already running: jpm restart %s restarts it, another --name starts a second one"
                  .formatted(name, name))
          .forEach(refusals::add);
    }
    refusals.addAll(dependencyRefusals(start.specs()));
    godServices.files().refusalOf(start.specs()).ifPresent(refusals::add);
    return refusals;
  }

  /// Returns the problems with the dependencies of `specs`: missing apps and cycles.
  public List<String> dependencyRefusals(List<AppSpec> specs) {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>(registry.graph().dependsOn());
    specs.forEach(spec -> dependsOn.put(spec.name(), spec.dependsOn().keySet()));
    List<String> refusals = new ArrayList<>();
    for (AppSpec spec : specs) {
      spec.dependsOn().keySet().stream()
          .filter(other -> !dependsOn.containsKey(other))
          .sorted()
          .map(other ->
              "app %s depends on %s, which does not exist: start it first, or both from one file"
                  .formatted(spec.name(), other))
          .forEach(refusals::add);
    }
    new DependencyGraph(dependsOn)
        .cycle()
        .map(way -> way.stream().map(AppName::value).collect(Collectors.joining(" → ")))
        .map(way -> "apps depend on each other in a circle: " + way)
        .ifPresent(refusals::add);
    return refusals;
  }
}
