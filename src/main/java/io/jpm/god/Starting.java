package io.jpm.god;

import io.jpm.bus.AppFile;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
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

/// Starts apps that are described. Owned by GodVerticle's context.
final class Starting {
  private final Parts parts;
  private final Registry registry;

  Starting(Parts parts) {
    this.parts = parts;
    this.registry = parts.registry();
  }

  Future<GodReply> startApps(GodCommand.StartApps start, Attempt attempt) {
    List<String> refusals = refusals(start);
    return refusals.isEmpty()
        ? parts.claims().claim(start.specs()).compose(claimed -> startApps(start, attempt, claimed))
        : Future.succeededFuture(new GodReply(List.of(), refusals));
  }

  /// @param claimed which processes of the apps run already, though they were in no list
  private Future<GodReply> startApps(
      GodCommand.StartApps start, Attempt attempt, Claims.Outcome claimed) {
    if (!claimed.doubtful().isEmpty()) {
      return Future.succeededFuture(
          new GodReply(Replies.views(claimed.adopted()), claimed.problems()));
    }
    var fitted = new Fitting.Fitted();
    if (start.file().isPresent() || start.existing() != GodCommand.Existing.RESTART) {
      List<AppName> names = start.specs().stream().map(AppSpec::name).toList();
      List<AppFile> before = registry.files().all();
      registry.files().cameFrom(start.file(), names);
      fitted.change().undoneBy(() -> registry.files().restore(before));
    }
    for (AppSpec spec : start.specs()) {
      // Or it would put the old description back into the list meanwhile.
      parts.interruptions().interrupt(spec.name());
      parts.fitting().fit(spec, fitted);
    }
    List<Instance> concerned = fitted.concerned();
    List<Instance> surplus = fitted.surplus();
    // What was in no list is not ended for being more than the caller knew of.
    concerned.addAll(surplus.stream().filter(claimed.adopted()::contains).toList());
    surplus.removeAll(claimed.adopted());
    List<Instance> toRun =
        concerned.stream()
            .filter(instance -> !claimed.adopted().contains(instance))
            .filter(instance -> instance.spec.autostart() || Sequence.isRunning(instance))
            .toList();
    List<Instance> begun = FirstMoment.atRest(toRun);
    return run(toRun, surplus, fitted.change(), attempt)
        .compose(left -> lasting(begun, left, start.lasting()))
        .map(left -> {
          List<String> problems = new ArrayList<>(left);
          problems.addAll(claimed.problems());
          problems.addAll(Replies.deleted(concerned));
          GodReply reply =
              Replies.withStops(
                  concerned,
                  new GodReply(Replies.views(concerned), Replies.failures(concerned, problems)));
          return claimed.adopted().isEmpty()
              ? reply
              : reply.noting(Claims.takenUp(claimed.adopted()));
        });
  }

  /// Starts or restarts what is in the list, and deletes what is not to be there any more.
  ///
  /// @param change what has been changed in the list for it
  /// @param attempt gets what it is to lead to
  /// @return why some were left as they were; it fails with [NotWritten] where the journal cannot
  ///   be written, and then nothing has changed. To have less does not need the journal.
  Future<List<String>> run(
      List<Instance> toRun, List<Instance> surplus, Tentative change, Attempt attempt) {
    toRun.forEach(instance -> beToRun(instance, change));
    attempt.renews(toRun);
    attempt.ends(surplus);
    change.undoneBy(() -> {
      attempt.leaves(toRun);
      attempt.leaves(surplus);
    });
    parts.journal().changed();
    Failpoint.INSTANCE_ADDED.hit();
    boolean less = toRun.isEmpty() && !surplus.isEmpty();
    // Written before the first process is made: a daemon that dies in between leaves no unknown
    // process.
    return parts
        .journal()
        .kept()
        .compose(problem -> {
          if (problem.isPresent() && !less) {
            change.takeBack();
            parts.journal().changed();
            throw new NotWritten(problem.get());
          }
          change.hold();
          Failpoint.INSTANCE_WRITTEN.hit();
          List<Instance> all = new ArrayList<>(parts.supervisor().dependencies().missingFor(toRun));
          all.addAll(toRun);
          Future<List<String>> restarted = parts.sequence().restart(all);
          return surplus.isEmpty()
              ? restarted
              : parts.removal().delete(List.copyOf(surplus), List.of()).compose(_ -> restarted);
        })
        .compose(left -> parts.journal().written().map(left));
  }

  private static void beToRun(Instance instance, Tentative change) {
    Supervised before = instance.state;
    Supervised toRun = Unwritten.toRun(before);
    instance.state = toRun;
    change.undoneBy(() -> {
      if (instance.state.equals(toRun)) {
        instance.state = before;
      }
    });
  }

  /// `problems`, and which of `started` have not lasted where that is to be waited for.
  ///
  /// @param started those that had no process before ([FirstMoment#atRest])
  Future<List<String>> lasting(List<Instance> started, List<String> problems, boolean wanted) {
    return wanted
        ? parts
            .firstMoment()
            .of(started)
            .map(ended -> {
              List<String> all = new ArrayList<>(problems);
              ended.stream().map(FirstMoment::words).forEach(all::add);
              return all;
            })
        : Future.succeededFuture(problems);
  }

  private List<String> refusals(GodCommand.StartApps start) {
    List<String> refusals = new ArrayList<>();
    if (start.existing() == GodCommand.Existing.REFUSE_RUNNING) {
      start.specs().stream()
          .map(AppSpec::name)
          .filter(name -> registry.ofApp(name).stream().anyMatch(Sequence::isRunning))
          .map(name ->
              "app %s is already running: jpm restart %s restarts it, another --name starts a second one"
                  .formatted(name, name))
          .forEach(refusals::add);
    }
    refusals.addAll(dependencyRefusals(start.specs()));
    parts.files().refusalOf(start.specs()).ifPresent(refusals::add);
    return refusals;
  }

  /// What is wrong with the order in which `specs` are to be started.
  List<String> dependencyRefusals(List<AppSpec> specs) {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>(registry.graph().dependsOn());
    specs.forEach(spec -> dependsOn.put(spec.name(), spec.dependsOn().keySet()));
    List<String> refusals = new ArrayList<>();
    for (AppSpec spec : specs) {
      spec.dependsOn().keySet().stream()
          .filter(other -> !dependsOn.containsKey(other))
          .sorted()
          .map(other ->
              "app %s depends on %s, and there is no such app: start it first, or both from one file"
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
