package io.jpm.god.lifecycle;

import io.jpm.bus.god.AppFile;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.god.adoption.ProcessReclaimer;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.journal.JournalUnavailable;
import io.jpm.god.supervision.CrashRecoveryStates;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.DependencyGraph;
import io.jpm.supervise.InstanceState;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Starts and restarts apps from their specs. Confined to GodVerticle's context.
public final class AppStart {
  private final GodServices godServices;
  private final Registry registry;

  public AppStart(GodServices godServices) {
    this.godServices = godServices;
    this.registry = godServices.registry();
  }

  /// Starts or restarts apps from their specs, and reclaims processes of these apps that are
  /// already running.
  ///
  /// @param idempotencyRecord receives the goals of the command
  public Future<GodReply> startApps(
      GodCommand.StartApps start, IdempotencyRecord idempotencyRecord) {
    List<String> refusals = refusals(start);
    return refusals.isEmpty()
        ? godServices
            .processClaims()
            .claim(start.specs())
            .compose(claimed -> startApps(start, idempotencyRecord, claimed))
        : Future.succeededFuture(new GodReply(List.of(), refusals));
  }

  /// Starts the apps after their running processes have been reclaimed.
  ///
  /// @param claimed the result of reclaiming the processes
  private Future<GodReply> startApps(
      GodCommand.StartApps start,
      IdempotencyRecord idempotencyRecord,
      ProcessReclaimer.Outcome claimed) {
    if (!claimed.doubtful().isEmpty()) {
      return Future.succeededFuture(
          new GodReply(CommandReplies.views(claimed.adopted()), claimed.problems()));
    }
    var reconciliation = new InstanceReconciler.Reconciliation();
    if (start.file().isPresent() || start.existing() != GodCommand.ExistingAppPolicy.RESTART) {
      List<AppName> names = start.specs().stream().map(AppSpec::name).toList();
      List<AppFile> before = registry.files().all();
      registry.files().assign(start.file(), names);
      reconciliation.change().undoneBy(() -> registry.files().restore(before));
    }
    for (AppSpec spec : start.specs()) {
      // Otherwise, a reload in progress would promote a candidate with the old spec.
      godServices.reloadInterruptions().interrupt(spec.name());
      godServices.instanceReconciler().reconcile(spec, reconciliation);
    }
    List<SupervisedInstance> concerned = reconciliation.desired();
    List<SupervisedInstance> surplus = reconciliation.surplus();
    // A reclaimed process is not stopped as surplus, because the caller did not know that it was
    // running.
    concerned.addAll(surplus.stream().filter(claimed.adopted()::contains).toList());
    surplus.removeAll(claimed.adopted());
    List<SupervisedInstance> toRun =
        concerned.stream()
            .filter(supervisedInstance -> !claimed.adopted().contains(supervisedInstance))
            .filter(supervisedInstance ->
                supervisedInstance.spec.autostart()
                    || DependencySequence.isRunning(supervisedInstance))
            .toList();
    List<SupervisedInstance> begun = EarlyExitWatch.withoutProcess(toRun);
    return run(
            toRun,
            surplus,
            _ -> Future.succeededFuture(),
            reconciliation.change(),
            idempotencyRecord)
        .compose(left -> withEarlyFailures(begun, left, start.awaitStable()))
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
              : reply.withNote(ProcessReclaimer.adoptedMessage(claimed.adopted()));
        });
  }

  /// Starts or restarts instances in the list, and deletes surplus ones.
  ///
  /// @param release prepares a surplus instance for its deletion; called after the command has been
  ///   recorded in the journal
  /// @param change the changes to the list made for this command
  /// @param idempotencyRecord receives the goals of the command
  /// @return the reasons why some instances were left unchanged. The future fails with
  ///   [JournalUnavailable], and nothing is changed, if the journal cannot be written. A command
  ///   that only deletes instances does not fail for this reason.
  public Future<List<String>> run(
      List<SupervisedInstance> toRun,
      List<SupervisedInstance> surplus,
      Function<SupervisedInstance, Future<Void>> release,
      ProvisionalChange change,
      IdempotencyRecord idempotencyRecord) {
    toRun.forEach(supervisedInstance -> beToRun(supervisedInstance, change));
    idempotencyRecord.addRenewalGoals(toRun);
    idempotencyRecord.addRemovalGoals(surplus);
    change.undoneBy(() -> {
      idempotencyRecord.removeGoals(toRun);
      idempotencyRecord.removeGoals(surplus);
    });
    godServices.journal().changed();
    Failpoint.INSTANCE_ADDED.hit();
    boolean less = toRun.isEmpty() && !surplus.isEmpty();
    // Journaled before the first process is created. If the daemon dies in between, the next daemon
    // knows all processes.
    return godServices
        .journal()
        .persisted()
        .compose(problem -> {
          if (problem.isPresent() && !less) {
            change.rollback();
            godServices.journal().changed();
            throw new JournalUnavailable(problem.get());
          }
          change.commit();
          Failpoint.INSTANCE_WRITTEN.hit();
          List<SupervisedInstance> all =
              new ArrayList<>(godServices.supervisor().dependencies().missingFor(toRun));
          all.addAll(toRun);
          Future<List<String>> restarted = godServices.dependencySequence().restart(all);
          return surplus.isEmpty()
              ? restarted
              : Future.join(surplus.stream().map(release).toList())
                  .compose(_ -> godServices.deletion().delete(List.copyOf(surplus), List.of()))
                  .compose(_ -> restarted);
        })
        .compose(left -> godServices.journal().written().map(left));
  }

  private static void beToRun(SupervisedInstance supervisedInstance, ProvisionalChange change) {
    InstanceState before = supervisedInstance.state;
    InstanceState toRun = CrashRecoveryStates.toRun(before);
    supervisedInstance.state = toRun;
    change.undoneBy(() -> {
      if (supervisedInstance.state.equals(toRun)) {
        supervisedInstance.state = before;
      }
    });
  }

  /// Returns `problems` and, if `wanted` is true, one message for each of `started` that has exited
  /// immediately.
  ///
  /// @param started the instances that had no process before ([EarlyExitWatch#withoutProcess])
  /// @param wanted whether to wait for early failures
  public Future<List<String>> withEarlyFailures(
      List<SupervisedInstance> started, List<String> problems, boolean wanted) {
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
    if (start.existing() == GodCommand.ExistingAppPolicy.REFUSE_RUNNING) {
      start.specs().stream()
          .map(AppSpec::name)
          .filter(name -> registry.ofApp(name).stream().anyMatch(DependencySequence::isRunning))
          .map(name ->
              "app %s is already running: use jpm restart %s to restart it, or another --name to start a second one"
                  .formatted(name, name))
          .forEach(refusals::add);
    }
    refusals.addAll(dependencyRefusals(start.specs()));
    godServices.descriptors().refusalOf(start.specs()).ifPresent(refusals::add);
    return refusals;
  }

  /// Returns the problems with the dependencies in `specs`: missing apps and cycles.
  public List<String> dependencyRefusals(List<AppSpec> specs) {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>(registry.graph().dependsOn());
    specs.forEach(spec -> dependsOn.put(spec.name(), spec.dependsOn().keySet()));
    List<String> refusals = new ArrayList<>();
    for (AppSpec spec : specs) {
      spec.dependsOn().keySet().stream()
          .filter(other -> !dependsOn.containsKey(other))
          .sorted()
          .map(other ->
              "app %s depends on %s, which does not exist: start the missing app first, or start both from one file"
                  .formatted(spec.name(), other))
          .forEach(refusals::add);
    }
    new DependencyGraph(dependsOn)
        .cycle()
        .map(way -> way.stream().map(AppName::value).collect(Collectors.joining(" → ")))
        .map(way -> way + ": these apps depend on each other in a cycle: remove a dependency")
        .ifPresent(refusals::add);
    return refusals;
  }
}
