package io.jpm.god;

import io.jpm.bus.BalancerReply.Handover;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceView;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceId;
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

/// Replaces the processes of apps, without a gap where that can be; apps after each other in the
/// order of their dependencies. Owned by GodVerticle's context.
final class Reload {
  private final Parts parts;
  private final Registry registry;
  private final Starting starting;
  private final Replacement replacement;
  private final Gaps gaps;

  Reload(Parts parts, Starting starting) {
    this.parts = parts;
    this.registry = parts.registry();
    this.starting = starting;
    this.replacement = new Replacement(parts);
    this.gaps = new Gaps(parts);
  }

  /// What one command does.
  ///
  /// @param described apps of a process file that are reloaded
  /// @param concerned to what something was done
  /// @param restarted whose process had to end before the next one began
  /// @param notes what that meant
  /// @param attempt gets what it is to lead to
  private record Order(
      GodCommand.Reload command,
      Map<AppName, AppSpec> described,
      SequencedSet<InstanceId> concerned,
      Set<InstanceId> restarted,
      List<String> problems,
      List<String> notes,
      Attempt attempt) {
    Order(
        GodCommand.Reload command,
        Map<AppName, AppSpec> described,
        List<String> problems,
        Attempt attempt) {
      this(
          command,
          new HashMap<>(described),
          new LinkedHashSet<>(),
          new HashSet<>(),
          new ArrayList<>(problems),
          new ArrayList<>(),
          attempt);
    }
  }

  Future<GodReply> carryOut(GodCommand.Reload command, Attempt attempt) {
    List<String> refusals = new ArrayList<>(starting.dependencyRefusals(command.specs()));
    parts.files().refusalOf(command.specs()).ifPresent(refusals::add);
    if (!refusals.isEmpty()) {
      return Future.succeededFuture(new GodReply(List.of(), refusals));
    }
    Registry.Selection selection = registry.select(command.targets());
    var order = new Order(command, Map.of(), selection.problems(), attempt);
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
    Set<AppName> begun = attempt.apps();
    others.stream()
        .filter(spec -> begun.contains(spec.name()))
        .forEach(spec -> instances.addAll(registry.ofApp(spec.name())));
    others.removeIf(spec -> begun.contains(spec.name()));
    return begun(instances, order)
        .compose(left -> start(others, order).compose(_ -> inOrder(left, order)))
        .compose(_ -> parts.journal().written())
        .map(_ -> reply(order));
  }

  private GodReply reply(Order order) {
    return Replies.withStops(
        present(order.concerned()),
        GodReply.ofReload(
            views(order.concerned()), order.problems(), order.notes(), order.restarted()));
  }

  /// Writes down whose processes are to give way, where the command can be repeated.
  ///
  /// @return those that have not yet: an earlier daemon may have begun
  private Future<List<Instance>> begun(List<Instance> instances, Order order) {
    Attempt attempt = order.attempt();
    if (!attempt.isKeyed()) {
      return Future.succeededFuture(instances);
    }
    if (attempt.isInherited()) {
      attempt.renewed(instances).forEach(instance -> order.concerned().add(instance.id));
      return Future.succeededFuture(attempt.toRenew(instances));
    }
    attempt.renews(instances);
    parts.journal().changed();
    return parts.journal().written().map(instances);
  }

  /// Replaces processes of one app by such of `spec`; when all of them have been, the app is given
  /// as many as that wants. After a failure what was not replaced keeps its description.
  ///
  /// @param instances those whose processes give way
  Future<GodReply> to(AppSpec spec, List<Instance> instances) {
    var order =
        new Order(
            new GodCommand.Reload(List.of(), List.of(spec), 1, Optional.empty()),
            Map.of(spec.name(), spec),
            List.of(),
            Attempt.once());
    return inOrder(instances, order).map(_ -> reply(order));
  }

  /// Fork mode and cluster mode do not share a port with each other.
  private boolean isReloadable(AppSpec spec) {
    List<Instance> present = registry.ofApp(spec.name());
    return !present.isEmpty()
        && present.stream()
            .allMatch(instance -> instance.spec.cluster().enabled() == spec.cluster().enabled());
  }

  /// Apps of a process file that are new, or change between fork and cluster mode.
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
    return starting
        .startApps(
            new GodCommand.StartApps(
                specs, GodCommand.Existing.RESTART, Optional.empty(), order.command().lasting()),
            order.attempt())
        .map(reply -> {
          reply.instances().forEach(instance -> order.concerned().add(instance.id()));
          order.problems().addAll(reply.problems());
          return null;
        });
  }

  /// Does `restart`, which concerns `instances`, and notes what it does to each.
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
              return gaps.around(instance, why.apply(instance), () -> done)
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
    for (List<Instance> group : Sequence.groups(registry.graph(), instances)) {
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

  /// All instances of one app that are to be reloaded.
  ///
  /// @param selected as the list was when the command came
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

  /// How each of them could be replaced now.
  private Future<Map<Instance, Handover>> prospects(
      List<Instance> instances, UnaryOperator<AppSpec> change) {
    Map<Instance, Handover> found = new HashMap<>();
    return Future.join(
            instances.stream()
                .map(instance ->
                    parts
                        .supervisor()
                        .balancing()
                        .handover(instance, change.apply(instance.spec), false)
                        .onSuccess(handover -> found.put(instance, handover)))
                .toList())
        .map(found);
  }

  private Future<Void> replace(
      AppName app, List<Instance> instances, UnaryOperator<AppSpec> change, Order order) {
    Optional<AppSpec> described = Optional.ofNullable(order.described().get(app));
    if (!parts.interruptions().begin(app)) {
      order
          .problems()
          .add("%s is being reloaded or scaled: try again when that is done".formatted(app));
      return Future.succeededFuture();
    }
    int wanted = described.map(spec -> spec.instances().count()).orElse(Integer.MAX_VALUE);
    var run = new Run(instances.stream().filter(i -> i.number < wanted).toList(), change, order);
    // Composed, so that whatever is thrown ends the reload too.
    return Future.succeededFuture()
        .compose(_ -> run.lanes(order.command().parallel()))
        .compose(_ -> {
          order.concerned().addAll(run.replaced);
          order.problems().addAll(run.told());
          return run.problems.isEmpty() && described.isPresent()
              ? fit(described.get(), order)
              : Future.succeededFuture();
        })
        .onComplete(_ -> parts.interruptions().end(app));
  }

  /// None of them can be replaced beside the process that is there.
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
            instances.forEach(
                instance -> parts.fitting().describe(instance, inheriting(instance.spec, shell))));
    return parts
        .sequence()
        .restart(instances)
        .compose(left -> starting.lasting(awaited(instances), left, true))
        .map(left -> {
          instances.forEach(instance -> order.concerned().add(instance.id));
          order.problems().addAll(Replies.failures(instances, left));
          return null;
        });
  }

  /// Those of `instances` that say themselves when they are ready: that has been waited for.
  static List<Instance> awaited(List<Instance> instances) {
    return instances.stream().filter(Instance::readinessIsTold).toList();
  }

  /// `--update-env`: what an app inherits is the present shell's.
  static AppSpec inheriting(AppSpec spec, Map<String, String> shell) {
    return spec.draft().variables(spec.variables().inheriting(shell)).build();
  }

  /// After all have been replaced: as many as the new description wants.
  private Future<Void> fit(AppSpec spec, Order order) {
    List<Instance> before = registry.ofApp(spec.name());
    var fitted = new Fitting.Fitted();
    parts.fitting().fit(spec, fitted);
    List<Instance> concerned = fitted.concerned();
    List<Instance> surplus = fitted.surplus();
    surplus.forEach(instance -> order.concerned().remove(instance.id));
    concerned.forEach(instance -> order.concerned().add(instance.id));
    List<Instance> created = new ArrayList<>(concerned);
    created.removeAll(before);
    if (created.isEmpty() && surplus.isEmpty()) {
      return Future.succeededFuture();
    }
    return Future.join(surplus.stream().map(parts.succession()::drain).toList())
        .compose(_ -> starting.run(created, surplus, fitted.change(), order.attempt()))
        .map(left -> Replies.failures(created, left))
        .otherwise(error -> {
          if (!(error instanceof NotWritten refused)) {
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
    return Replies.views(present(ids));
  }

  private List<Instance> present(Collection<InstanceId> ids) {
    return ids.stream().flatMap(id -> registry.current(id).stream()).sorted(BY_ID).toList();
  }

  private static final Comparator<Instance> BY_ID = Comparator.comparing(instance -> instance.id);

  /// The instances of one app, some of them at a time.
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

    /// After a failure no other is begun.
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
      return parts
          .supervisor()
          .balancing()
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
      Balancing balancing = parts.supervisor().balancing();
      return replacement
          .replace(instance, spec, apart)
          .onFailure(_ -> balancing.giveBack(instance, Optional.empty()))
          .compose(problem -> {
            boolean clashes =
                AddressClash.isToldBy(problem, spec) && replacement.isServing(instance);
            balancing.giveBack(instance, Optional.of(spec).filter(_ -> clashes));
            return clashes
                ? balancing
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
