package io.jpm.god.command;

import io.jpm.bus.god.AppChange;
import io.jpm.bus.god.AppChange.Kind;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.JournalUnavailable;
import io.jpm.god.lifecycle.AppStart;
import io.jpm.god.lifecycle.EarlyExitWatch;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.lifecycle.InstanceReconciler;
import io.jpm.god.rollout.Reload;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.DependencyGraph;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Applies the specs from a process file to its apps. Confined to GodVerticle's context.
final class Applying {
  private final GodServices godServices;
  private final Registry registry;
  private final AppStart appStart;
  private final Reload reload;

  Applying(GodServices godServices, AppStart appStart, Reload reload) {
    this.godServices = godServices;
    this.registry = godServices.registry();
    this.appStart = appStart;
    this.reload = reload;
  }

  /// An `apply` command that is in progress.
  ///
  /// @param repeatableCommand receives the goals of the command. Rolling replacements need none: an
  ///   instance keeps its old spec until it is replaced, which shows what remains to be done
  /// @param started receives the instances that had no process and were started
  private record Job(
      GodCommand.Apply command,
      IdempotencyRecord repeatableCommand,
      List<SupervisedInstance> started) {}

  Future<GodReply> execute(GodCommand.Apply order, IdempotencyRecord idempotencyRecord) {
    List<String> refusals = appStart.dependencyRefusals(order.specs());
    if (!refusals.isEmpty()) {
      return Future.succeededFuture(new GodReply(List.of(), refusals));
    }
    Map<AppName, AppSpec> wanted = new LinkedHashMap<>();
    order.specs().forEach(spec -> wanted.put(spec.name(), settled(spec)));
    Optional<String> tooMany = godServices.descriptors().refusalOf(toRun(wanted.values()));
    if (tooMany.isPresent() && !order.dryRun()) {
      return Future.succeededFuture(new GodReply(List.of(), List.of(tooMany.get())));
    }
    Map<AppName, AppChange> changes = new LinkedHashMap<>();
    wanted.values().forEach(spec -> changes.put(spec.name(), planned(spec, order.startErrored())));
    List<AppName> surplus = order.prune() ? surplus(order, wanted.keySet()) : List.of();
    surplus.forEach(app -> changes.put(app, deletion(app)));
    if (order.dryRun()) {
      return Future.succeededFuture(reply(changes));
    }
    var job = new Job(order, idempotencyRecord, new ArrayList<>());
    return inOrder(wanted, changes, job)
        .compose(_ -> delete(surplus))
        .compose(_ -> lasting(job, changes))
        .compose(_ -> {
          registry.files().assign(order.file(), present(wanted.keySet()));
          godServices.journal().changed();
          return godServices.journal().written();
        })
        .map(_ -> reply(changes));
  }

  /// Returns the specs among `specs` whose apps are new or running. A stopped app stays stopped.
  private List<AppSpec> toRun(Collection<AppSpec> specs) {
    return specs.stream()
        .filter(spec -> {
          List<SupervisedInstance> present = registry.ofApp(spec.name());
          return present.isEmpty() || present.stream().anyMatch(DependencySequence::isRunning);
        })
        .toList();
  }

  private AppSpec settled(AppSpec spec) {
    return registry.ofApp(spec.name()).stream()
        .findFirst()
        .map(supervisedInstance -> AppDiff.withInherited(supervisedInstance.spec, spec))
        .orElse(spec);
  }

  private AppChange planned(AppSpec spec, boolean again) {
    return AppDiff.change(
        registry.ofApp(spec.name()).stream()
            .map(supervisedInstance ->
                new AppDiff.Present(supervisedInstance.spec, supervisedInstance.state.phase()))
            .toList(),
        spec,
        again);
  }

  private List<AppName> surplus(GodCommand.Apply order, Set<AppName> wanted) {
    return order
        .file()
        .map(file ->
            registry.files().appsOf(file).stream()
                .filter(app -> !wanted.contains(app))
                .sorted()
                .toList())
        .orElse(List.of());
  }

  private AppChange deletion(AppName app) {
    boolean stopped = registry.ofApp(app).stream().noneMatch(DependencySequence::isRunning);
    return new AppChange(app, Kind.DELETE, List.of(), stopped, Optional.empty());
  }

  private List<AppName> present(Set<AppName> apps) {
    return apps.stream().filter(app -> !registry.ofApp(app).isEmpty()).toList();
  }

  private GodReply reply(Map<AppName, AppChange> changes) {
    List<SupervisedInstance> instances =
        changes.keySet().stream().flatMap(app -> registry.ofApp(app).stream()).toList();
    List<String> problems =
        changes.values().stream().flatMap(change -> change.problem().stream()).distinct().toList();
    return GodReply.ofChanges(
        CommandReplies.views(instances), problems, List.copyOf(changes.values()));
  }

  private Future<GodReply> delete(List<AppName> apps) {
    List<SupervisedInstance> instances =
        apps.stream().flatMap(app -> registry.ofApp(app).stream()).toList();
    return godServices.deletion().delete(instances, List.of());
  }

  /// Applies the changes in dependency order, according to the new specs.
  private Future<Void> inOrder(
      Map<AppName, AppSpec> wanted, Map<AppName, AppChange> changes, Job job) {
    Map<AppName, Set<AppName>> dependsOn = new HashMap<>(registry.graph().dependsOn());
    wanted.values().forEach(spec -> dependsOn.put(spec.name(), spec.dependsOn().keySet()));
    Future<Void> done = Future.succeededFuture();
    for (Set<AppName> group : new DependencyGraph(dependsOn).groups(wanted.keySet())) {
      done =
          done.compose(_ ->
              Future.join(
                      group.stream().map(wanted::get).map(spec -> one(spec, changes, job)).toList())
                  .mapEmpty());
    }
    return done;
  }

  /// Applies the change of one app. The future never fails; a problem is recorded in the change.
  private Future<Void> one(AppSpec spec, Map<AppName, AppChange> changes, Job job) {
    GodCommand.Apply order = job.command();
    AppChange change = changes.getOrDefault(spec.name(), planned(spec, order.startErrored()));
    return Future.succeededFuture()
        .compose(_ -> work(change, spec, job))
        .otherwise(error ->
            List.of(
                error instanceof JournalUnavailable refused
                    ? refused.sentence()
                    : "%s: internal error: %s".formatted(spec.name(), error)))
        .map(problems -> {
          if (!problems.isEmpty()) {
            changes.put(spec.name(), change.failed(String.join("; ", problems)));
          }
          tell(changes.getOrDefault(spec.name(), change), order.file());
          return null;
        });
  }

  private Future<List<String>> work(AppChange change, AppSpec spec, Job job) {
    return switch (change.kind()) {
      case UNCHANGED, DELETE -> Future.succeededFuture(List.of());
      case START -> registry.ofApp(spec.name()).isEmpty() ? start(spec, job) : alone(spec, job);
      case ROLLING -> reload.replaceAll(spec, needing(spec)).map(GodReply::problems);
      case LIVE, SCALE, RESTART -> alone(spec, job);
    };
  }

  /// Records a problem for each started instance that has exited immediately. Called once, after
  /// all changes have been applied.
  private Future<Void> lasting(Job job, Map<AppName, AppChange> changes) {
    return job.command().awaitStable()
        ? godServices
            .earlyExitWatch()
            .of(job.started())
            .map(ended -> {
              ended.forEach(supervisedInstance ->
                  changes.computeIfPresent(
                      supervisedInstance.spec.name(),
                      (_, change) ->
                          change.problem().isPresent()
                              ? change
                              : change.failed(EarlyExitWatch.words(supervisedInstance))));
              return null;
            })
        : Future.succeededFuture();
  }

  private Future<List<String>> start(AppSpec spec, Job job) {
    return appStart
        .startApps(
            new GodCommand.StartApps(
                List.of(spec), GodCommand.ExistingAppPolicy.RESTART, job.command().file()),
            job.repeatableCommand())
        .map(reply -> {
          job.started().addAll(registry.ofApp(spec.name()));
          return reply.problems();
        });
  }

  /// Returns the instances of the app that are errored or whose process must be replaced to apply
  /// `spec`. Stopped instances are not included.
  private List<SupervisedInstance> needing(AppSpec spec) {
    return registry.ofApp(spec.name()).stream()
        .filter(supervisedInstance -> supervisedInstance.state.phase() != Phase.STOPPED)
        .filter(supervisedInstance ->
            supervisedInstance.state.phase() == Phase.ERRORED
                || AppDiff.needsProcess(supervisedInstance.spec, spec))
        .toList();
  }

  private Future<List<String>> alone(AppSpec spec, Job job) {
    AppName app = spec.name();
    if (!godServices.reloadInterruptions().begin(app)) {
      return Future.succeededFuture(
          List.of(
              "%s is being reloaded or scaled: try again when this has finished".formatted(app)));
    }
    // `compose` turns a thrown exception into a failed future, so that `end` is always called.
    return Future.succeededFuture()
        .compose(_ -> fit(spec, job))
        .onComplete(_ -> godServices.reloadInterruptions().end(app));
  }

  /// Applies the spec to all instances, restarts those whose process must be replaced or that are
  /// errored, and adjusts the number of instances.
  private Future<List<String>> fit(AppSpec spec, Job job) {
    List<SupervisedInstance> before = registry.ofApp(spec.name());
    boolean stopped = before.stream().allMatch(it -> it.state.phase() == Phase.STOPPED);
    List<SupervisedInstance> needing = needing(spec);
    var reconciliation = new InstanceReconciler.Reconciliation();
    godServices.instanceReconciler().reconcile(spec, reconciliation);
    List<SupervisedInstance> toRun = new ArrayList<>(reconciliation.desired());
    toRun.removeIf(it -> before.contains(it) ? !needing.contains(it) : stopped);
    job.started().addAll(EarlyExitWatch.withoutProcess(toRun));
    godServices.journal().changed();
    return appStart
        .run(
            toRun,
            reconciliation.surplus(),
            godServices.instanceSwap()::drain,
            reconciliation.change(),
            job.repeatableCommand())
        .map(left -> CommandReplies.failures(toRun, left));
  }

  /// Publishes an event about a change to an existing app.
  private void tell(AppChange change, Optional<Path> file) {
    boolean told =
        switch (change.kind()) {
          case LIVE, SCALE, ROLLING, RESTART -> true;
          case START -> !change.fields().isEmpty();
          case UNCHANGED, DELETE -> false;
        };
    String kind = change.kind().name().toLowerCase(Locale.ROOT);
    if (told) {
      announce(
          change.app(),
          change.problem().isEmpty() ? InstanceEvent.Kind.CONFIG : InstanceEvent.Kind.CONFIG_FAILED,
          name(file)
              + kind
              + " ("
              + change.keys()
              + ")"
              + change.problem().map(why -> " failed: " + why).orElse(""));
    }
  }

  /// For each app of `file`, publishes an event that states why the file cannot be applied.
  void reportFailure(Path file, List<String> problems) {
    String more = problems.size() == 1 ? "" : " (and %d more)".formatted(problems.size() - 1);
    for (AppName app : registry.files().appsOf(file)) {
      announce(
          app,
          InstanceEvent.Kind.CONFIG_FAILED,
          "nothing was changed: " + problems.getFirst() + more);
    }
  }

  private static String name(Optional<Path> file) {
    return file.map(path -> path.getFileName() + ": ").orElse("");
  }

  private void announce(AppName app, InstanceEvent.Kind kind, String reason) {
    registry.ofApp(app).stream()
        .findFirst()
        .ifPresent(supervisedInstance ->
            godServices.supervisor().announce(supervisedInstance, kind, reason));
  }
}
