package io.jpm.god.command;

import io.jpm.bus.god.GodReply;
import io.jpm.god.adoption.ProcessReclaimer;
import io.jpm.god.adoption.UnlistedProcesses;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.journal.Journal;
import io.jpm.god.journal.JournalUnavailable;
import io.jpm.god.journal.SavedApp;
import io.jpm.god.journal.SavedList;
import io.jpm.god.journal.UnreadableFile;
import io.jpm.god.lifecycle.AppStart;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.lifecycle.InstanceReconciler;
import io.jpm.god.lifecycle.ProvisionalChange;
import io.jpm.god.supervision.CrashRecoveryStates;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.OpenFileBudget;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.AppName;
import io.jpm.model.DependencyGraph;
import io.jpm.model.process.Phase;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Restores the apps in the saved list (`jpm resurrect`). Confined to GodVerticle's context.
final class Resurrection {
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;
  private final InstanceReconciler instanceReconciler;
  private final ProcessReclaimer processReclaimer;
  private final OpenFileBudget files;
  private final AppStart appStart;

  Resurrection(GodServices godServices, AppStart appStart) {
    this.appStart = appStart;
    this.registry = godServices.registry();
    this.supervisor = godServices.supervisor();
    this.journal = godServices.journal();
    this.instanceReconciler = godServices.instanceReconciler();
    this.processReclaimer = godServices.processClaims();
    this.files = godServices.descriptors();
  }

  /// Adds those apps from the saved list that do not exist, and starts the ones that were running
  /// when the list was saved. An app that exists is left unchanged, because its state is newer than
  /// the saved list.
  ///
  /// @param lasting whether to wait briefly and report processes that exit immediately
  Future<GodReply> restore(SavedList list, boolean lasting) {
    return list.load()
        .compose(found ->
            found
                .content()
                .map(apps -> bringBack(apps, found.problems(), lasting))
                .orElseGet(() -> Future.succeededFuture(nothing(list, found.problems()))))
        .recover(error ->
            error instanceof UnreadableFile
                ? Future.succeededFuture(
                    new GodReply(List.of(), List.of(String.valueOf(error.getMessage()))))
                : Future.failedFuture(error));
  }

  private static GodReply nothing(SavedList list, List<String> damage) {
    List<String> problems = new ArrayList<>(damage);
    problems.add("there is no saved list in %s: create one with jpm save".formatted(list.path()));
    return new GodReply(List.of(), problems);
  }

  private Future<GodReply> bringBack(List<SavedApp> apps, List<String> damage, boolean lasting) {
    Set<AppName> present = new LinkedHashSet<>();
    for (SavedApp app : apps) {
      if (!registry.ofApp(app.spec().name()).isEmpty()) {
        present.add(app.spec().name());
      }
    }
    Optional<String> circle = circleWith(apps, present);
    if (circle.isPresent()) {
      return Future.succeededFuture(new GodReply(List.of(), List.of(circle.get())));
    }
    Optional<String> tooMany = files.refusal(running(apps, present));
    if (tooMany.isPresent()) {
      return Future.succeededFuture(new GodReply(List.of(), List.of(tooMany.get())));
    }
    return processReclaimer
        .claim(apps.stream().map(SavedApp::spec).toList())
        .compose(claimed -> {
          List<SupervisedInstance> created = new ArrayList<>();
          List<SupervisedInstance> toStart = new ArrayList<>();
          var change = new ProvisionalChange();
          for (SavedApp app : apps) {
            if (!present.contains(app.spec().name())) {
              create(app, claimed, created, toStart, change);
            }
          }
          return start(created, toStart, change)
              .compose(_ -> appStart.withEarlyFailures(toStart, claimed.problems(), lasting))
              .compose(problems -> {
                created.addAll(claimed.adopted());
                return reply(created, claimed, problems);
              });
        })
        .map(reply -> {
          GodReply told = reply;
          for (String sentence : damage) {
            told = told.withNote(sentence);
          }
          for (AppName name : present) {
            told = told.withNote(name + " is already in the list and was left unchanged");
          }
          return told;
        });
  }

  private Future<GodReply> reply(
      List<SupervisedInstance> created, ProcessReclaimer.Outcome claimed, List<String> found) {
    List<String> problems = new ArrayList<>(found);
    problems.addAll(failures(created));
    var reply = new GodReply(created.stream().map(SupervisedInstance::view).toList(), problems);
    return processReclaimer
        .unlistedProcesses()
        .repaired()
        .map(left -> {
          GodReply told =
              claimed.adopted().isEmpty()
                  ? reply
                  : reply.withNote(ProcessReclaimer.adoptedMessage(claimed.adopted()));
          boolean more = left.size() > claimed.problems().size();
          return more ? told.withProblem(UnlistedProcesses.unadoptedMessage(left)) : told;
        });
  }

  private static int running(List<SavedApp> apps, Set<AppName> present) {
    return (int)
        apps.stream()
            .filter(app -> !present.contains(app.spec().name()))
            .flatMap(app -> app.instances().stream())
            .filter(SavedApp.SavedInstance::running)
            .count();
  }

  /// Returns a message if the saved and the existing apps together have a dependency cycle. The two
  /// sets have been checked for cycles only separately.
  private Optional<String> circleWith(List<SavedApp> apps, Set<AppName> present) {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>(registry.graph().dependsOn());
    apps.stream()
        .map(SavedApp::spec)
        .filter(spec -> !present.contains(spec.name()))
        .forEach(spec -> dependsOn.put(spec.name(), spec.dependsOn().keySet()));
    return new DependencyGraph(dependsOn)
        .cycle()
        .map(way -> way.stream().map(AppName::value).collect(Collectors.joining(" → ")))
        .map(way ->
            "nothing was restored because the saved apps and those in the list would have a dependency cycle (%s): delete one of the listed apps first"
                .formatted(way));
  }

  /// Adds the instances of one app. Skips an instance whose process was adopted or may still be
  /// running, so that it is not started a second time.
  private void create(
      SavedApp app,
      ProcessReclaimer.Outcome claimed,
      List<SupervisedInstance> created,
      List<SupervisedInstance> toStart,
      ProvisionalChange change) {
    List<Integer> running =
        registry.ofApp(app.spec().name()).stream()
            .map(supervisedInstance -> supervisedInstance.number)
            .toList();
    for (SavedApp.SavedInstance savedInstance : app.instances()) {
      if (running.contains(savedInstance.number())
          || claimed.doubtful().contains(app.spec().name())) {
        continue;
      }
      SupervisedInstance supervisedInstance =
          instanceReconciler.create(app.spec(), savedInstance.number(), change);
      supervisedInstance.version = savedInstance.version();
      created.add(supervisedInstance);
      if (savedInstance.running()) {
        supervisedInstance.state = CrashRecoveryStates.toRun(supervisedInstance.state);
        toStart.add(supervisedInstance);
      }
    }
  }

  /// Writes the instances to the journal, then starts them. No process is created before the
  /// journal contains its instance.
  private Future<?> start(
      List<SupervisedInstance> created,
      List<SupervisedInstance> toStart,
      ProvisionalChange change) {
    if (created.isEmpty()) {
      return journal.written();
    }
    journal.changed();
    Failpoint.INSTANCE_ADDED.hit();
    return journal
        .persisted()
        .compose(problem -> {
          if (problem.isPresent()) {
            change.rollback();
            journal.changed();
            throw new JournalUnavailable(problem.get());
          }
          change.commit();
          Failpoint.INSTANCE_WRITTEN.hit();
          // Instances with dependencies wait for them on their own.
          toStart.forEach(supervisedInstance ->
              supervisor.handle(supervisedInstance, new SupervisionEvent.StartRequested()));
          return Future.join(
              toStart.stream()
                  .map(supervisedInstance -> supervisedInstance.when(DependencySequence::settled))
                  .toList());
        })
        .compose(_ -> journal.written());
  }

  private static List<String> failures(List<SupervisedInstance> created) {
    return created.stream()
        .filter(supervisedInstance -> supervisedInstance.state.phase() == Phase.ERRORED)
        .map(supervisedInstance ->
            "%s (id %s): %s"
                .formatted(
                    supervisedInstance.spec.name(),
                    supervisedInstance.id,
                    supervisedInstance.state.reason()))
        .toList();
  }
}
