package io.jpm.god.reload;

import io.jpm.bus.balancer.BalancerReply.Handover;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.god.change.AppStart;
import io.jpm.god.change.GodServices;
import io.jpm.god.change.InstanceReconciler;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.RepeatableCommand;
import io.jpm.god.journal.JournalUnavailable;
import io.jpm.god.process.BalancerCoordinator;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.run.InstanceId;
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
import java.util.stream.Stream;

/// Replaces the processes of apps, without a gap where possible, in the order of the apps'
/// dependencies. Confined to GodVerticle's context.
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

  /// The progress of one command.
  ///
  /// @param described specs from a process file of the apps that are reloaded
  /// @param concerned the affected instances
  /// @param restarted the instances whose process had to end before the next one began
  /// @param notes messages about these restarts
  /// @param repeatableCommand receives the goals of the command
  private record Order(
      GodCommand.Reload command,
      Map<AppName, AppSpec> described,
      SequencedSet<InstanceId> concerned,
      Set<InstanceId> restarted,
      List<String> problems,
      List<String> notes,
      RepeatableCommand repeatableCommand) {
    Order(
        GodCommand.Reload command,
        Map<AppName, AppSpec> described,
        List<String> problems,
        RepeatableCommand repeatableCommand) {
      this(
          command,
          new HashMap<>(described),
          new LinkedHashSet<>(),
          new HashSet<>(),
          new ArrayList<>(problems),
          new ArrayList<>(),
          repeatableCommand);
    }
  }

  /// Executes a reload, or continues one that an earlier daemon has begun.
  public Future<GodReply> carryOut(GodCommand.Reload command, RepeatableCommand repeatableCommand) {
    List<String> refusals = new ArrayList<>(appStart.dependencyRefusals(command.specs()));
    godServices.files().refusalOf(command.specs()).ifPresent(refusals::add);
    if (!refusals.isEmpty()) {
      return Future.succeededFuture(new GodReply(List.of(), refusals));
    }
    Registry.Selection selection = registry.select(command.targets());
    var order = new Order(command, Map.of(), selection.problems(), repeatableCommand);
    List<Instance> instances = new ArrayList<>(selection.found());
    List<AppSpec> others = new ArrayList<>();
    for (AppSpec spec : command.specs()) {
      if (isReloadable(spec)) {
        order.described().put(spec.name(), spec);
        instances.removeAll(registry.ofApp(spec.name()));
        instances.addAll(registry.ofApp(spec.name()));
      } else {
        others.add(spec);
      }
    }
    Set<AppName> begun = repeatableCommand.apps();
    others.stream()
        .filter(spec -> begun.contains(spec.name()))
        .forEach(spec -> instances.addAll(registry.ofApp(spec.name())));
    others.removeIf(spec -> begun.contains(spec.name()));
    return begun(instances, order)
        .compose(left -> start(others, order).compose(_ -> inOrder(left, order)))
        .compose(_ -> godServices.journal().written())
        .map(_ -> reply(order));
  }

  private GodReply reply(Order order) {
    return CommandReplies.withStops(
        present(order.concerned()),
        GodReply.ofReload(
            views(order.concerned()), order.problems(), order.notes(), order.restarted()));
  }

  /// Journals which processes must be replaced, if the command can be repeated.
  ///
  /// @return the instances that still must be replaced: an earlier daemon may have replaced others
  private Future<List<Instance>> begun(List<Instance> instances, Order order) {
    RepeatableCommand repeatableCommand = order.repeatableCommand();
    if (!repeatableCommand.isKeyed()) {
      return Future.succeededFuture(instances);
    }
    if (repeatableCommand.isInherited()) {
      repeatableCommand.renewed(instances).forEach(instance -> order.concerned().add(instance.id));
      return Future.succeededFuture(repeatableCommand.toRenew(instances));
    }
    repeatableCommand.renews(instances);
    godServices.journal().changed();
    return godServices.journal().written().map(instances);
  }

  /// Replaces processes of one app by processes of `spec`. When all have been replaced, the number
  /// of instances is adjusted. After a failure, instances that were not replaced keep their old
  /// spec.
  ///
  /// @param instances the instances whose processes are replaced
  public Future<GodReply> to(AppSpec spec, List<Instance> instances) {
    var order =
        new Order(
            new GodCommand.Reload(List.of(), List.of(spec), 1, Optional.empty()),
            Map.of(spec.name(), spec),
            List.of(),
            RepeatableCommand.once());
    return inOrder(instances, order).map(_ -> reply(order));
  }

  /// Processes in fork mode and in cluster mode cannot share a port.
  private boolean isReloadable(AppSpec spec) {
    List<Instance> present = registry.ofApp(spec.name());
    return !present.isEmpty()
        && present.stream()
            .allMatch(instance -> instance.spec.cluster().enabled() == spec.cluster().enabled());
  }

  /// Starts apps of a process file that are new, or change between fork and cluster mode.
  private Future<Void> start(List<AppSpec> specs, Order order) {
    if (specs.isEmpty()) {
      return Future.succeededFuture();
    }
    List<Instance> present =
        specs.stream().flatMap(spec -> registry.ofApp(spec.name()).stream()).toList();
    return around(present, instance -> CHANGED_MODE, () -> startedAnew(specs, order), order);
  }

  private static final Handover CHANGED_MODE =
      new Handover.After("it changes between fork mode and cluster mode", "", Set.of());

  private Future<Void> startedAnew(List<AppSpec> specs, Order order) {
    return appStart
        .startApps(
            new GodCommand.StartApps(
                specs, GodCommand.Existing.RESTART, Optional.empty(), order.command().lasting()),
            order.repeatableCommand())
        .map(reply -> {
          reply.instances().forEach(instance -> order.concerned().add(instance.id()));
          order.problems().addAll(reply.problems());
          return null;
        });
  }

  /// Performs `restart`, which affects `instances`, and records the gap of each.
  private Future<Void> around(
      List<Instance> instances,
      Function<Instance, Handover> why,
      Supplier<Future<Void>> restart,
      Order order) {
    Promise<Void> begin = Promise.promise();
    Future<Void> done = begin.future().compose(_ -> restart.get());
    List<Future<Void>> told =
        instances.stream()
            .map(instance -> {
              order.restarted().add(instance.id);
              return downtimeRestart
                  .around(instance, why.apply(instance), () -> done)
                  .<Void>map(note -> {
                    note.ifPresent(order.notes()::add);
                    return null;
                  });
            })
            .toList();
    begin.complete();
    return Future.join(told).compose(_ -> done);
  }

  private Future<Void> inOrder(List<Instance> instances, Order order) {
    Future<Void> done = Future.succeededFuture();
    for (List<Instance> group : DependencySequence.groups(registry.graph(), instances)) {
      done = done.compose(_ -> Future.join(apps(group, order)).mapEmpty());
    }
    return done;
  }

  private List<Future<Void>> apps(List<Instance> group, Order order) {
    return group.stream()
        .map(instance -> instance.spec.name())
        .distinct()
        .map(app ->
            group.stream()
                .filter(instance -> instance.spec.name().equals(app))
                .sorted(Comparator.comparingInt(instance -> instance.number))
                .toList())
        .map(instances -> reload(instances, order))
        .toList();
  }

  /// Reloads the selected instances of one app.
  ///
  /// @param selected the instances as listed when the command arrived
  private Future<Void> reload(List<Instance> selected, Order order) {
    AppName app = selected.getFirst().spec.name();
    List<Instance> instances = selected.stream().map(registry::present).toList();
    Optional<AppSpec> described = Optional.ofNullable(order.described().get(app));
    UnaryOperator<AppSpec> change =
        old ->
            described.orElseGet(
                () -> order.command().shell().map(shell -> inheriting(old, shell)).orElse(old));
    if (instances.stream().allMatch(instance -> instance.spec.cluster().enabled())) {
      return replace(app, instances, change, order);
    }
    return prospects(instances, change)
        .compose(found ->
            found.values().stream().anyMatch(Handover.Beside.class::isInstance)
                ? replace(app, instances, change, order)
                : restart(instances, found, order));
  }

  /// Returns how each instance can be replaced now.
  private Future<Map<Instance, Handover>> prospects(
      List<Instance> instances, UnaryOperator<AppSpec> change) {
    Map<Instance, Handover> found = new HashMap<>();
    return Future.join(
            instances.stream()
                .map(instance ->
                    godServices
                        .supervisor()
                        .balancerCoordinator()
                        .handover(instance, change.apply(instance.spec), false)
                        .onSuccess(handover -> found.put(instance, handover)))
                .toList())
        .map(found);
  }

  private Future<Void> replace(
      AppName app, List<Instance> instances, UnaryOperator<AppSpec> change, Order order) {
    Optional<AppSpec> described = Optional.ofNullable(order.described().get(app));
    if (!godServices.reloadInterruptions().begin(app)) {
      order
          .problems()
          .add("%s is being reloaded or scaled: try again when that is done".formatted(app));
      return Future.succeededFuture();
    }
    int wanted = described.map(spec -> spec.instances().count()).orElse(Integer.MAX_VALUE);
    var run = new Run(instances.stream().filter(i -> i.number < wanted).toList(), change, order);
    // Composed, so that an exception also ends the reload.
    return Future.succeededFuture()
        .compose(_ -> run.lanes(order.command().parallel()))
        .compose(_ -> {
          order.concerned().addAll(run.replaced);
          order.problems().addAll(run.told());
          return run.problems.isEmpty() && described.isPresent()
              ? fit(described.get(), order)
              : Future.succeededFuture();
        })
        .onComplete(_ -> godServices.reloadInterruptions().end(app));
  }

  /// Restarts instances of which none can be replaced side by side.
  private Future<Void> restart(List<Instance> instances, Map<Instance, Handover> why, Order order) {
    Optional<AppSpec> described =
        Optional.ofNullable(order.described().get(instances.getFirst().spec.name()));
    return around(
        instances,
        instance -> Objects.requireNonNull(why.get(instance)),
        () ->
            described
                .map(spec -> startedAnew(List.of(spec), order))
                .orElseGet(() -> restart(instances, order)),
        order);
  }

  private Future<Void> restart(List<Instance> instances, Order order) {
    order
        .command()
        .shell()
        .ifPresent(shell ->
            instances.forEach(instance ->
                godServices
                    .instanceReconciler()
                    .describe(instance, inheriting(instance.spec, shell))));
    return godServices
        .dependencySequence()
        .restart(instances)
        .compose(left -> appStart.lasting(awaited(instances), left, true))
        .map(left -> {
          instances.forEach(instance -> order.concerned().add(instance.id));
          order.problems().addAll(CommandReplies.failures(instances, left));
          return null;
        });
  }

  /// Returns those of `instances` with explicit readiness, which have been awaited already.
  public static List<Instance> awaited(List<Instance> instances) {
    return instances.stream().filter(Instance::readinessIsTold).toList();
  }

  /// Returns the spec with the environment of the current shell (`--update-env`).
  public static AppSpec inheriting(AppSpec spec, Map<String, String> shell) {
    return spec.draft().variables(spec.variables().inheriting(shell)).build();
  }

  /// Adjusts the number of instances to the new spec after all have been replaced.
  private Future<Void> fit(AppSpec spec, Order order) {
    List<Instance> before = registry.ofApp(spec.name());
    var fitted = new InstanceReconciler.Fitted();
    godServices.instanceReconciler().fit(spec, fitted);
    List<Instance> concerned = fitted.concerned();
    List<Instance> surplus = fitted.surplus();
    surplus.forEach(instance -> order.concerned().remove(instance.id));
    concerned.forEach(instance -> order.concerned().add(instance.id));
    List<Instance> created = new ArrayList<>(concerned);
    created.removeAll(before);
    if (created.isEmpty() && surplus.isEmpty()) {
      return Future.succeededFuture();
    }
    return Future.join(surplus.stream().map(godServices.instanceSwap()::drain).toList())
        .compose(_ -> appStart.run(created, surplus, fitted.change(), order.repeatableCommand()))
        .map(left -> CommandReplies.failures(created, left))
        .otherwise(error -> {
          if (!(error instanceof JournalUnavailable refused)) {
            throw new IllegalStateException(error);
          }
          created.forEach(instance -> order.concerned().remove(instance.id));
          return List.of(refused.sentence());
        })
        .map(problems -> {
          order.problems().addAll(problems);
          return null;
        });
  }

  private List<InstanceView> views(Collection<InstanceId> ids) {
    return CommandReplies.views(present(ids));
  }

  private List<Instance> present(Collection<InstanceId> ids) {
    return ids.stream().flatMap(id -> registry.current(id).stream()).sorted(BY_ID).toList();
  }

  private static final Comparator<Instance> BY_ID = Comparator.comparing(instance -> instance.id);

  /// The reload of one app, with a limited number of instances at a time.
  private final class Run {
    private final Deque<Instance> left;
    private final int all;
    private final UnaryOperator<AppSpec> change;
    private final Order order;
    private final List<String> problems = new ArrayList<>();
    private final List<InstanceId> replaced = new ArrayList<>();

    Run(List<Instance> instances, UnaryOperator<AppSpec> change, Order order) {
      this.left = new ArrayDeque<>(instances);
      this.all = instances.size();
      this.change = change;
      this.order = order;
    }

    Future<Void> lanes(int parallel) {
      return Future.join(
              Stream.generate(this::next).limit(Math.clamp(all, 0, Math.max(1, parallel))).toList())
          .mapEmpty();
    }

    /// Replaces the next instances; stops after a failure.
    private Future<Void> next() {
      Instance instance = problems.isEmpty() ? left.poll() : null;
      if (instance == null) {
        return Future.succeededFuture();
      }
      return replace(instance, change.apply(instance.spec))
          .compose(problem -> {
            problem.ifPresentOrElse(problems::add, () -> replaced.add(instance.id));
            return next();
          });
    }

    private Future<Optional<String>> replace(Instance instance, AppSpec spec) {
      return godServices
          .supervisor()
          .balancerCoordinator()
          .handover(instance, spec, true)
          .compose(handover ->
              switch (handover) {
                case Handover.Beside(_, boolean apart) -> beside(instance, spec, apart);
                case Handover.NoPort _ ->
                    spec.cluster().enabled()
                        ? replacement.replace(instance, spec)
                        : restart(instance, spec, handover);
                case Handover.After _ -> restart(instance, spec, handover);
              });
    }

    private Future<Optional<String>> beside(Instance instance, AppSpec spec, boolean apart) {
      BalancerCoordinator balancerCoordinator = godServices.supervisor().balancerCoordinator();
      return replacement
          .replace(instance, spec, apart)
          .onFailure(_ -> balancerCoordinator.giveBack(instance, Optional.empty()))
          .compose(problem -> {
            boolean clashes =
                AddressConflict.isToldBy(problem, spec) && replacement.isServing(instance);
            balancerCoordinator.giveBack(instance, Optional.of(spec).filter(_ -> clashes));
            return clashes
                ? balancerCoordinator
                    .handover(instance, spec, false)
                    .compose(why -> restart(instance, spec, why))
                : Future.succeededFuture(problem);
          });
    }

    private Future<Optional<String>> restart(Instance instance, AppSpec spec, Handover why) {
      Promise<Optional<String>> problem = Promise.promise();
      return around(
              List.of(instance),
              _ -> why,
              () -> replacement.restart(instance, spec).onComplete(problem).mapEmpty(),
              order)
          .compose(_ -> problem.future());
    }

    List<String> told() {
      return problems.stream()
          .map(problem ->
              "%s, %d of %d instances were replaced".formatted(problem, replaced.size(), all))
          .toList();
    }
  }
}
