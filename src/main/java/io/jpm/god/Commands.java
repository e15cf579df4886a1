package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceEvent;
import io.jpm.bus.InstanceView;
import io.jpm.bus.KeeperCommand;
import io.jpm.bus.LogsCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.DependencyGraph;
import io.jpm.model.InstanceId;
import io.jpm.model.Phase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What people ask of God. Owned by GodVerticle's context.
final class Commands {
  private final Vertx vertx;
  private final GodContext god;
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;
  private final Sequence sequence;
  private final CustomActions customActions;
  private final SavedList savedList;
  private final Resurrection resurrection;

  Commands(Vertx vertx, GodContext god, Registry registry, Supervisor supervisor, Journal journal) {
    this.vertx = vertx;
    this.god = god;
    this.registry = registry;
    this.supervisor = supervisor;
    this.journal = journal;
    this.sequence = new Sequence(registry, supervisor);
    this.customActions = new CustomActions(vertx);
    this.savedList = new SavedList(vertx, god.home());
    this.resurrection = new Resurrection(registry, supervisor, journal, this::create);
  }

  Future<GodReply> carryOut(GodCommand command) {
    return switch (command) {
      case GodCommand.StartApps start -> startApps(start).map(this::withLoss);
      case GodCommand.Act act -> act(act).map(this::withLoss);
      case GodCommand.Show(List<String> targets) -> Future.succeededFuture(show(targets));
      case GodCommand.Trigger trigger -> {
        Registry.Selection selection = registry.select(trigger.targets());
        yield customActions.trigger(trigger, selection.found(), selection.problems());
      }
      case GodCommand.Send send -> {
        Registry.Selection selection = registry.select(send.targets());
        yield Future.succeededFuture(
            CustomActions.send(send.json(), selection.found(), selection.problems()));
      }
      case GodCommand.Save(boolean force) -> savedList.save(registry.all(), force);
      case GodCommand.ClearDump() -> savedList.clear();
      case GodCommand.Resurrect() -> resurrection.from(savedList).map(this::withLoss);
      case GodCommand.Reload _, GodCommand.Scale _ ->
          Future.failedFuture(new UnsupportedOperationException());
      case GodCommand.Ping() -> Future.succeededFuture(new GodReply(List.of(), List.of()));
      case GodCommand.EndEverything() ->
          delete(List.copyOf(registry.all()), List.of()).map(this::withLoss);
    };
  }

  /// What went wrong with stop commands is told, though the apps have ended all the same.
  private static GodReply withStops(List<Instance> instances, GodReply reply) {
    GodReply told = reply;
    for (Instance instance : instances) {
      if (instance.stopProblem.isPresent()) {
        told = told.noting(instance.stopProblem.get());
        instance.stopProblem = Optional.empty();
      }
    }
    return told;
  }

  /// A command that a crash of the daemon would undo has not wholly succeeded.
  private GodReply withLoss(GodReply reply) {
    if (reply.instances().isEmpty() || journal.problem().isEmpty()) {
      return reply;
    }
    List<String> problems = new ArrayList<>(reply.problems());
    problems.add(journal.problem().get());
    return new GodReply(reply.instances(), problems, reply.answers(), reply.notes());
  }

  private GodReply show(List<String> targets) {
    if (targets.isEmpty()) {
      return new GodReply(views(registry.all()), List.of());
    }
    Registry.Selection selection = registry.select(targets);
    return new GodReply(views(selection.found()), selection.problems());
  }

  private Future<GodReply> act(GodCommand.Act act) {
    Registry.Selection selection = registry.select(act.targets());
    List<Instance> found = selection.found();
    List<String> problems = selection.problems();
    return switch (act.action()) {
      case START -> {
        List<Instance> all = new ArrayList<>(supervisor.dependencies().missingFor(found));
        all.addAll(found);
        yield restart(all, act.shell(), problems);
      }
      case RESTART -> restart(found, act.shell(), problems);
      case STOP ->
          sequence
              .inReverse(found, sequence::stop)
              .compose(_ -> journal.written())
              .map(_ -> withStops(found, new GodReply(views(found), problems)));
      case DELETE -> delete(found, problems);
    };
  }

  private Future<GodReply> restart(
      List<Instance> instances, Optional<Map<String, String>> shell, List<String> problems) {
    shell.ifPresent(variables -> takeOver(instances, variables));
    return sequence
        .restart(instances)
        .compose(left -> {
          List<String> all = new ArrayList<>(problems);
          all.addAll(left);
          return journal
              .written()
              .map(_ ->
                  withStops(instances, new GodReply(views(instances), failures(instances, all))));
        });
  }

  /// `--update-env`: what the apps inherit is the present shell's, for all instances of an app.
  private void takeOver(List<Instance> instances, Map<String, String> shell) {
    instances.stream()
        .map(instance -> instance.spec)
        .distinct()
        .forEach(spec -> {
          AppSpec updated = spec.draft().variables(spec.variables().inheriting(shell)).build();
          registry.ofApp(spec.name()).forEach(instance -> instance.spec = updated);
        });
    journal.changed();
  }

  private Future<GodReply> delete(List<Instance> instances, List<String> problems) {
    List<InstanceView> before = views(instances);
    return sequence
        .inReverse(instances, this::endAndRemove)
        .compose(_ -> journal.written())
        .map(_ -> {
          Failpoint.REMOVAL_WRITTEN.hit();
          return new GodReply(before, problems);
        });
  }

  private Future<Void> endAndRemove(Instance instance) {
    return sequence
        .stop(instance)
        .compose(_ ->
            instance.state.phase() == Phase.STOPPED ? remove(instance) : endAndRemove(instance));
  }

  private Future<Void> remove(Instance instance) {
    if (instance.removed) {
      return Future.succeededFuture();
    }
    Failpoint.REMOVE_BEGINS.hit();
    registry.remove(instance);
    journal.changed();
    Failpoint.REMOVED.hit();
    supervisor.announce(instance, InstanceEvent.Kind.DELETE);
    instance.removed = true;
    supervisor.specChanged(instance);
    supervisor
        .processes()
        .tellKeeper(
            new KeeperCommand.Drop(
                List.of(instance.paths.out().fifo(), instance.paths.error().fifo())));
    return vertx
        .eventBus()
        .request(
            Addresses.LOGS_COMMAND,
            new LogsCommand.Close(
                instance.id, instance.paths.out().fifo(), instance.paths.error().fifo()))
        .mapEmpty();
  }

  private Future<GodReply> startApps(GodCommand.StartApps start) {
    List<String> refusals = refusals(start);
    if (!refusals.isEmpty()) {
      return Future.succeededFuture(new GodReply(List.of(), refusals));
    }
    List<Instance> concerned = new ArrayList<>();
    List<Instance> surplus = new ArrayList<>();
    for (AppSpec spec : start.specs()) {
      fit(spec, concerned, surplus);
    }
    List<Instance> toRun =
        concerned.stream()
            .filter(instance -> instance.spec.autostart() || Sequence.isRunning(instance))
            .toList();
    toRun.forEach(instance -> instance.state = Unwritten.toRun(instance.state));
    journal.changed();
    Failpoint.INSTANCE_ADDED.hit();
    // Written before the first process is made: a daemon that dies in between leaves no unknown
    // process.
    return journal
        .written()
        .compose(_ -> {
          Failpoint.INSTANCE_WRITTEN.hit();
          List<Instance> all = new ArrayList<>(supervisor.dependencies().missingFor(toRun));
          all.addAll(toRun);
          Future<List<String>> restarted = sequence.restart(all);
          return delete(List.copyOf(surplus), List.of()).compose(_ -> restarted);
        })
        .compose(left -> journal.written().map(left))
        .map(left -> {
          List<String> problems = new ArrayList<>(left);
          problems.addAll(deleted(concerned));
          return new GodReply(views(concerned), failures(concerned, problems));
        });
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
    return refusals;
  }

  private List<String> dependencyRefusals(List<AppSpec> specs) {
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

  /// Makes the instances of an app match its spec, without starting any.
  private void fit(AppSpec spec, List<Instance> concerned, List<Instance> surplus) {
    List<Instance> present = registry.ofApp(spec.name());
    for (Instance instance : present) {
      if (instance.number < spec.instances().count()) {
        describe(instance, spec);
        concerned.add(instance);
      } else {
        surplus.add(instance);
      }
    }
    for (int number : freeNumbers(present, spec.instances().count())) {
      concerned.add(create(spec, number));
    }
  }

  private static List<Integer> freeNumbers(List<Instance> present, int instances) {
    List<Integer> taken = present.stream().map(instance -> instance.number).toList();
    List<Integer> free = new ArrayList<>();
    for (int number = 0; number < instances; number++) {
      if (!taken.contains(number)) {
        free.add(number);
      }
    }
    return free;
  }

  private void describe(Instance instance, AppSpec spec) {
    LogsCommand.Open captured = instance.capture();
    Path pidFile = instance.paths.pidFile();
    instance.spec = spec;
    instance.paths = InstancePaths.of(god.home(), spec, instance.id, instance.createdAt);
    supervisor.processes().moved(instance, captured, pidFile);
    supervisor.specChanged(instance);
  }

  private Instance create(AppSpec spec, int number) {
    InstanceId id = registry.takeId();
    Instant now = god.wallClock().instant();
    var instance = new Instance(id, number, spec, InstancePaths.of(god.home(), spec, id, now), now);
    registry.add(instance);
    supervisor.specChanged(instance);
    return instance;
  }

  private static List<String> deleted(List<Instance> instances) {
    return instances.stream()
        .filter(instance -> instance.removed)
        .map(instance ->
            "%s (id %s) was deleted meanwhile".formatted(instance.spec.name(), instance.id))
        .toList();
  }

  private static List<String> failures(List<Instance> instances, List<String> problems) {
    List<String> all = new ArrayList<>(problems);
    for (Instance instance : instances) {
      if (instance.state.phase() == Phase.ERRORED) {
        all.add(instance.spec.name() + " (id " + instance.id + "): " + instance.state.reason());
      }
    }
    return all;
  }

  private static List<InstanceView> views(Iterable<Instance> instances) {
    List<InstanceView> views = new ArrayList<>();
    instances.forEach(instance -> views.add(instance.view()));
    return views;
  }
}
