package io.jpm.god.rollout;

import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.IdempotencyRecord;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.JournalUnavailable;
import io.jpm.god.lifecycle.AppStart;
import io.jpm.god.lifecycle.GodServices;
import io.jpm.god.lifecycle.InstanceReconciler;
import io.jpm.god.process.BalancerCoordinator;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.InstanceId;
import io.jpm.supervise.InstanceState;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SequencedSet;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Replaces the processes of apps in the order of the apps' dependencies, without downtime where
/// possible. Confined to GodVerticle's context.
public final class Reload {
  private final GodServices godServices;
  private final Registry registry;
  private final AppStart appStart;
  private final Replacement replacement;
  private final DowntimeRestart downtimeRestart;

  public Reload(GodServices godServices, AppStart appStart) {
    this.godServices = godServices;
    this.registry = godServices.registry();
    this.appStart = appStart;
    this.replacement = new Replacement(godServices);
    this.downtimeRestart = new DowntimeRestart(godServices);
  }

  /// The progress of one reload command.
  ///
  /// @param described the new specs from a process file, for apps that are reloaded
  /// @param affected the instances that the reply describes
  /// @param restarted the instances whose old process had to exit before the new one was started
  /// @param problems messages about failures
  /// @param notes messages about the restarts
  /// @param gracefulStops prepares old processes for the stop
  /// @param repeatableCommand receives the goals of the command
  private record RolloutRequest(
      GodCommand.Reload command,
      Map<AppName, AppSpec> described,
      SequencedSet<InstanceId> affected,
      Set<InstanceId> restarted,
      List<String> problems,
      List<String> notes,
      GracefulStops gracefulStops,
      IdempotencyRecord repeatableCommand) {
    RolloutRequest(
        GodCommand.Reload command,
        Map<AppName, AppSpec> described,
        List<String> problems,
        IdempotencyRecord repeatableCommand) {
      this(
          command,
          new HashMap<>(described),
          new LinkedHashSet<>(),
          new HashSet<>(),
          new ArrayList<>(problems),
          new ArrayList<>(),
          new GracefulStops(command.graceful()),
          repeatableCommand);
    }
  }

  /// Executes a reload command or continues one that an earlier daemon started.
  public Future<GodReply> execute(GodCommand.Reload command, IdempotencyRecord idempotencyRecord) {
    List<String> refusals = new ArrayList<>(appStart.dependencyRefusals(command.specs()));
    godServices.descriptors().refusalOf(command.specs()).ifPresent(refusals::add);
    if (!refusals.isEmpty()) {
      return Future.succeededFuture(new GodReply(List.of(), refusals));
    }
    Registry.Selection selection = registry.select(command.targets());
    var rolloutRequest =
        new RolloutRequest(command, Map.of(), selection.problems(), idempotencyRecord);
    List<SupervisedInstance> instances = new ArrayList<>(selection.found());
    List<AppSpec> others = new ArrayList<>();
    for (AppSpec spec : command.specs()) {
      if (isReloadable(spec)) {
        rolloutRequest.described().put(spec.name(), spec);
        instances.removeAll(registry.ofApp(spec.name()));
        instances.addAll(registry.ofApp(spec.name()));
      } else {
        others.add(spec);
      }
    }
    Set<AppName> begun = idempotencyRecord.apps();
    others.stream()
        .filter(spec -> begun.contains(spec.name()))
        .forEach(spec -> instances.addAll(registry.ofApp(spec.name())));
    others.removeIf(spec -> begun.contains(spec.name()));
    Future<Void> stopped = stopOfReplaced(instances, rolloutRequest);
    return begun(instances, rolloutRequest)
        .compose(left ->
            start(others, rolloutRequest)
                .compose(_ -> inOrder(left, rolloutRequest))
                .compose(_ -> fitOthers(left, rolloutRequest)))
        .compose(_ -> stopped)
        .compose(_ -> godServices.journal().written())
        .map(_ -> reply(rolloutRequest));
  }

  private GodReply reply(RolloutRequest rolloutRequest) {
    return CommandReplies.withStops(
        present(rolloutRequest.affected()),
        GodReply.ofReload(
            views(rolloutRequest.affected()),
            rolloutRequest.problems(),
            Stream.concat(rolloutRequest.notes().stream(), rolloutRequest.gracefulStops().notes())
                .toList(),
            rolloutRequest.restarted()));
  }

  /// Records in the journal which processes must be replaced, if the command has an idempotency
  /// key.
  ///
  /// @return the instances that must still be replaced; an earlier daemon may have replaced others
  private Future<List<SupervisedInstance>> begun(
      List<SupervisedInstance> instances, RolloutRequest rolloutRequest) {
    IdempotencyRecord idempotencyRecord = rolloutRequest.repeatableCommand();
    if (!idempotencyRecord.isKeyed()) {
      return Future.succeededFuture(instances);
    }
    if (idempotencyRecord.isInherited()) {
      idempotencyRecord
          .renewalTargets(instances)
          .forEach(supervisedInstance -> rolloutRequest.affected().add(supervisedInstance.id));
      return Future.succeededFuture(idempotencyRecord.toRenew(instances));
    }
    idempotencyRecord.addRenewalGoals(instances);
    godServices.journal().changed();
    return godServices.journal().written().map(instances);
  }

  /// Waits for the stop of the processes that an earlier daemon has replaced for this command.
  private Future<Void> stopOfReplaced(
      List<SupervisedInstance> instances, RolloutRequest rolloutRequest) {
    if (!rolloutRequest.repeatableCommand().isInherited()) {
      return Future.succeededFuture();
    }
    List<Future<Void>> stopped = new ArrayList<>();
    for (SupervisedInstance supervisedInstance : instances) {
      for (SupervisedInstance old : registry.replacementsOf(supervisedInstance)) {
        if (old.replacementRole == ReplacementRole.DRAINING) {
          rolloutRequest.gracefulStops().resume(old);
          stopped.add(
              old.when(InstanceState::isOver)
                  .map(_ -> {
                    registry.currentOf(old).forcedStopNote = old.forcedStopNote;
                    return null;
                  }));
        }
      }
    }
    return Future.join(stopped).mapEmpty();
  }

  /// Adjusts the number of instances of the apps for which an earlier daemon has replaced all
  /// instances, so that none of them is in `left`.
  private Future<Void> fitOthers(List<SupervisedInstance> left, RolloutRequest rolloutRequest) {
    if (!rolloutRequest.repeatableCommand().isInherited()) {
      return Future.succeededFuture();
    }
    Set<AppName> continued =
        left.stream()
            .map(supervisedInstance -> supervisedInstance.spec.name())
            .collect(Collectors.toSet());
    return Future.join(
            rolloutRequest.described().values().stream()
                .filter(spec -> !continued.contains(spec.name()))
                .map(spec -> replace(spec.name(), List.of(), _ -> spec, rolloutRequest))
                .toList())
        .mapEmpty();
  }

  /// Replaces processes of one app with processes that use `spec`. When all have been replaced, the
  /// number of instances is adjusted. If a replacement fails, the instances that were not replaced
  /// keep their old spec.
  ///
  /// @param instances the instances whose processes must be replaced
  public Future<GodReply> replaceAll(AppSpec spec, List<SupervisedInstance> instances) {
    var rolloutRequest =
        new RolloutRequest(
            new GodCommand.Reload(List.of(), List.of(spec), 1, Optional.empty()),
            Map.of(spec.name(), spec),
            List.of(),
            IdempotencyRecord.once());
    return inOrder(instances, rolloutRequest).map(_ -> reply(rolloutRequest));
  }

  /// Reports whether the app exists and keeps its mode (fork mode or cluster mode). A process in
  /// fork mode and a process in cluster mode cannot share a port.
  private boolean isReloadable(AppSpec spec) {
    List<SupervisedInstance> present = registry.ofApp(spec.name());
    return !present.isEmpty()
        && present.stream()
            .allMatch(supervisedInstance ->
                supervisedInstance.spec.cluster().enabled() == spec.cluster().enabled());
  }

  /// Starts the apps of a process file that are new or that change between fork mode and cluster
  /// mode.
  private Future<Void> start(List<AppSpec> specs, RolloutRequest rolloutRequest) {
    if (specs.isEmpty()) {
      return Future.succeededFuture();
    }
    List<SupervisedInstance> present =
        specs.stream().flatMap(spec -> registry.ofApp(spec.name()).stream()).toList();
    return around(
        present,
        supervisedInstance -> CHANGED_MODE,
        () -> startedAnew(specs, rolloutRequest),
        rolloutRequest);
  }

  private static final Handover CHANGED_MODE =
      new Handover.Sequential("it changes between fork mode and cluster mode", "", Set.of());

  private Future<Void> startedAnew(List<AppSpec> specs, RolloutRequest rolloutRequest) {
    return appStart
        .startApps(
            new GodCommand.StartApps(
                specs,
                GodCommand.ExistingAppPolicy.RESTART,
                Optional.empty(),
                rolloutRequest.command().awaitStable()),
            rolloutRequest.repeatableCommand())
        .map(reply -> {
          reply.instances().forEach(instance -> rolloutRequest.affected().add(instance.id()));
          rolloutRequest.problems().addAll(reply.problems());
          return null;
        });
  }

  /// Runs `restart`, which affects `instances`, and records the downtime of each instance.
  private Future<Void> around(
      List<SupervisedInstance> instances,
      Function<SupervisedInstance, Handover> why,
      Supplier<Future<Void>> restart,
      RolloutRequest rolloutRequest) {
    Promise<Void> begin = Promise.promise();
    Future<Void> done =
        begin
            .future()
            .compose(_ -> {
              instances.forEach(rolloutRequest.gracefulStops()::prepare);
              return restart.get();
            })
            // In case another command has prevented the restart.
            .onComplete(_ -> instances.forEach(instance -> instance.stopsGracefully = false));
    List<Future<Void>> told =
        instances.stream()
            .map(supervisedInstance -> {
              rolloutRequest.restarted().add(supervisedInstance.id);
              return downtimeRestart
                  .around(supervisedInstance, why.apply(supervisedInstance), () -> done)
                  .<Void>map(note -> {
                    note.ifPresent(rolloutRequest.notes()::add);
                    return null;
                  });
            })
            .toList();
    begin.complete();
    return Future.join(told).compose(_ -> done);
  }

  private Future<Void> inOrder(List<SupervisedInstance> instances, RolloutRequest rolloutRequest) {
    Future<Void> done = Future.succeededFuture();
    for (List<SupervisedInstance> group : DependencySequence.groups(registry.graph(), instances)) {
      done = done.compose(_ -> Future.join(apps(group, rolloutRequest)).mapEmpty());
    }
    return done;
  }

  private List<Future<Void>> apps(List<SupervisedInstance> group, RolloutRequest rolloutRequest) {
    return group.stream()
        .map(supervisedInstance -> supervisedInstance.spec.name())
        .distinct()
        .map(app ->
            group.stream()
                .filter(supervisedInstance -> supervisedInstance.spec.name().equals(app))
                .sorted(Comparator.comparingInt(supervisedInstance -> supervisedInstance.number))
                .toList())
        .map(instances -> reload(instances, rolloutRequest))
        .toList();
  }

  /// Reloads the selected instances of one app.
  ///
  /// @param selected the instances that were in the list when the command arrived
  private Future<Void> reload(List<SupervisedInstance> selected, RolloutRequest rolloutRequest) {
    AppName app = selected.getFirst().spec.name();
    List<SupervisedInstance> instances = selected.stream().map(registry::currentOf).toList();
    Optional<AppSpec> described = Optional.ofNullable(rolloutRequest.described().get(app));
    UnaryOperator<AppSpec> change =
        old ->
            described.orElseGet(() ->
                rolloutRequest.command().shell().map(shell -> inheriting(old, shell)).orElse(old));
    if (instances.stream()
        .allMatch(supervisedInstance -> supervisedInstance.spec.cluster().enabled())) {
      return replace(app, instances, change, rolloutRequest);
    }
    return prospects(instances, change)
        .compose(found ->
            found.values().stream().anyMatch(Handover.SideBySide.class::isInstance)
                ? replace(app, instances, change, rolloutRequest)
                : restart(instances, found, rolloutRequest));
  }

  /// Returns how each instance can currently be replaced.
  private Future<Map<SupervisedInstance, Handover>> prospects(
      List<SupervisedInstance> instances, UnaryOperator<AppSpec> change) {
    Map<SupervisedInstance, Handover> found = new HashMap<>();
    return Future.join(
            instances.stream()
                .map(supervisedInstance ->
                    godServices
                        .supervisor()
                        .balancerCoordinator()
                        .handover(supervisedInstance, change.apply(supervisedInstance.spec), false)
                        .onSuccess(handover -> found.put(supervisedInstance, handover)))
                .toList())
        .map(found);
  }

  private Future<Void> replace(
      AppName app,
      List<SupervisedInstance> instances,
      UnaryOperator<AppSpec> change,
      RolloutRequest rolloutRequest) {
    Optional<AppSpec> described = Optional.ofNullable(rolloutRequest.described().get(app));
    if (!godServices.reloadInterruptions().begin(app)) {
      rolloutRequest
          .problems()
          .add("%s is being reloaded or scaled: try again when this has finished".formatted(app));
      return Future.succeededFuture();
    }
    int wanted = described.map(spec -> spec.instances().count()).orElse(Integer.MAX_VALUE);
    var appRollout =
        new AppRollout(
            instances.stream().filter(i -> i.number < wanted).toList(), change, rolloutRequest);
    // `compose` turns a thrown exception into a failed future, so that `end` is always called.
    return Future.succeededFuture()
        .compose(_ -> appRollout.replaceInParallel(rolloutRequest.command().parallel()))
        .compose(_ -> {
          rolloutRequest.affected().addAll(appRollout.replaced);
          rolloutRequest.problems().addAll(appRollout.failureMessages());
          return appRollout.problems.isEmpty() && described.isPresent()
              ? fit(described.get(), rolloutRequest)
              : Future.succeededFuture();
        })
        .onComplete(_ -> godServices.reloadInterruptions().end(app));
  }

  /// Restarts instances because none of them can be replaced side by side.
  private Future<Void> restart(
      List<SupervisedInstance> instances,
      Map<SupervisedInstance, Handover> why,
      RolloutRequest rolloutRequest) {
    Optional<AppSpec> described =
        Optional.ofNullable(rolloutRequest.described().get(instances.getFirst().spec.name()));
    return around(
        instances,
        supervisedInstance -> Objects.requireNonNull(why.get(supervisedInstance)),
        () ->
            described
                .map(spec -> startedAnew(List.of(spec), rolloutRequest))
                .orElseGet(() -> restart(instances, rolloutRequest)),
        rolloutRequest);
  }

  private Future<Void> restart(List<SupervisedInstance> instances, RolloutRequest rolloutRequest) {
    rolloutRequest
        .command()
        .shell()
        .ifPresent(shell ->
            instances.forEach(supervisedInstance ->
                godServices
                    .instanceReconciler()
                    .updateSpec(supervisedInstance, inheriting(supervisedInstance.spec, shell))));
    return godServices
        .dependencySequence()
        .restart(instances)
        .compose(left -> appStart.withEarlyFailures(awaited(instances), left, true))
        .map(left -> {
          instances.forEach(
              supervisedInstance -> rolloutRequest.affected().add(supervisedInstance.id));
          rolloutRequest.problems().addAll(CommandReplies.failures(instances, left));
          return null;
        });
  }

  /// Returns those of the restarted instances that have explicit readiness. A restart has already
  /// waited for their readiness, so only early failures after that remain to be checked.
  public static List<SupervisedInstance> awaited(List<SupervisedInstance> instances) {
    return instances.stream().filter(SupervisedInstance::hasExplicitReadiness).toList();
  }

  /// Returns the spec with the environment of the client's shell (`--update-env`).
  public static AppSpec inheriting(AppSpec spec, Map<String, String> shell) {
    return spec.toBuilder().variables(spec.variables().inheriting(shell)).build();
  }

  /// Adjusts the number of instances to the new spec after all instances have been replaced.
  private Future<Void> fit(AppSpec spec, RolloutRequest rolloutRequest) {
    List<SupervisedInstance> before = registry.ofApp(spec.name());
    var reconciliation = new InstanceReconciler.Reconciliation();
    godServices.instanceReconciler().reconcile(spec, reconciliation);
    List<SupervisedInstance> concerned = reconciliation.desired();
    List<SupervisedInstance> surplus = reconciliation.surplus();
    surplus.forEach(supervisedInstance -> rolloutRequest.affected().remove(supervisedInstance.id));
    concerned.forEach(supervisedInstance -> rolloutRequest.affected().add(supervisedInstance.id));
    List<SupervisedInstance> created = new ArrayList<>(concerned);
    created.removeAll(before);
    if (created.isEmpty() && surplus.isEmpty()) {
      return Future.succeededFuture();
    }
    return appStart
        .run(
            created,
            surplus,
            leaving -> {
              rolloutRequest.gracefulStops().prepare(leaving);
              return godServices.instanceSwap().drain(leaving);
            },
            reconciliation.change(),
            rolloutRequest.repeatableCommand())
        .map(left -> CommandReplies.failures(created, left))
        .otherwise(error -> {
          if (!(error instanceof JournalUnavailable refused)) {
            throw new IllegalStateException(error);
          }
          created.forEach(
              supervisedInstance -> rolloutRequest.affected().remove(supervisedInstance.id));
          return List.of(refused.sentence());
        })
        .map(problems -> {
          rolloutRequest.problems().addAll(problems);
          return null;
        });
  }

  private List<InstanceView> views(Collection<InstanceId> ids) {
    return CommandReplies.views(present(ids));
  }

  private List<SupervisedInstance> present(Collection<InstanceId> ids) {
    return ids.stream().flatMap(id -> registry.current(id).stream()).sorted(BY_ID).toList();
  }

  private static final Comparator<SupervisedInstance> BY_ID =
      Comparator.comparing(supervisedInstance -> supervisedInstance.id);

  /// The reload of one app, which replaces a limited number of instances at a time.
  private final class AppRollout {
    private final Deque<SupervisedInstance> left;
    private final int all;
    private final UnaryOperator<AppSpec> change;
    private final RolloutRequest rolloutRequest;
    private final List<String> problems = new ArrayList<>();
    private final List<InstanceId> replaced = new ArrayList<>();

    AppRollout(
        List<SupervisedInstance> instances,
        UnaryOperator<AppSpec> change,
        RolloutRequest rolloutRequest) {
      this.left = new ArrayDeque<>(instances);
      this.all = instances.size();
      this.change = change;
      this.rolloutRequest = rolloutRequest;
    }

    Future<Void> replaceInParallel(int parallel) {
      return Future.join(
              Stream.generate(this::next).limit(Math.clamp(all, 0, Math.max(1, parallel))).toList())
          .mapEmpty();
    }

    /// Replaces one instance after the other. Stops after a failure.
    private Future<Void> next() {
      SupervisedInstance supervisedInstance = problems.isEmpty() ? left.poll() : null;
      if (supervisedInstance == null) {
        return Future.succeededFuture();
      }
      return replace(supervisedInstance, change.apply(supervisedInstance.spec))
          .compose(problem -> {
            problem.ifPresentOrElse(problems::add, () -> replaced.add(supervisedInstance.id));
            return next();
          });
    }

    private Future<Optional<String>> replace(SupervisedInstance supervisedInstance, AppSpec spec) {
      return godServices
          .supervisor()
          .balancerCoordinator()
          .handover(supervisedInstance, spec, true)
          .compose(handover ->
              switch (handover) {
                case Handover.SideBySide(_, boolean apart) ->
                    beside(supervisedInstance, spec, apart);
                case Handover.NoPort _ ->
                    spec.cluster().enabled()
                        ? replacement.replace(
                            supervisedInstance, spec, rolloutRequest.gracefulStops())
                        : restart(supervisedInstance, spec, handover);
                case Handover.Sequential _ -> restart(supervisedInstance, spec, handover);
              });
    }

    private Future<Optional<String>> beside(
        SupervisedInstance supervisedInstance, AppSpec spec, boolean apart) {
      BalancerCoordinator balancerCoordinator = godServices.supervisor().balancerCoordinator();
      return replacement
          .replace(supervisedInstance, spec, apart, rolloutRequest.gracefulStops())
          .onFailure(_ -> balancerCoordinator.finishHandover(supervisedInstance, Optional.empty()))
          .compose(problem -> {
            boolean clashes =
                AddressConflict.isToldBy(problem, spec)
                    && replacement.isServing(supervisedInstance);
            balancerCoordinator.finishHandover(
                supervisedInstance, Optional.of(spec).filter(_ -> clashes));
            return clashes
                ? balancerCoordinator
                    .handover(supervisedInstance, spec, false)
                    .compose(why -> restart(supervisedInstance, spec, why))
                : Future.succeededFuture(problem);
          });
    }

    private Future<Optional<String>> restart(
        SupervisedInstance supervisedInstance, AppSpec spec, Handover why) {
      Promise<Optional<String>> problem = Promise.promise();
      return around(
              List.of(supervisedInstance),
              _ -> why,
              () -> replacement.restart(supervisedInstance, spec).onComplete(problem).mapEmpty(),
              rolloutRequest)
          .compose(_ -> problem.future());
    }

    List<String> failureMessages() {
      return problems.stream()
          .map(problem ->
              "%s; %d of %d instances were replaced".formatted(problem, replaced.size(), all))
          .toList();
    }
  }
}
