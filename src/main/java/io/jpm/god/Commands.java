package io.jpm.god;

import io.jpm.bus.Addresses;
import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceEvent;
import io.jpm.bus.InstanceView;
import io.jpm.bus.LogsCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceId;
import io.jpm.model.Phase;
import io.jpm.supervise.Event;
import io.jpm.supervise.Supervised;
import io.jpm.supervise.Wanted;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/// What people ask of God. Owned by GodVerticle's context.
final class Commands {
  private final Vertx vertx;
  private final GodContext god;
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;

  Commands(Vertx vertx, GodContext god, Registry registry, Supervisor supervisor, Journal journal) {
    this.vertx = vertx;
    this.god = god;
    this.registry = registry;
    this.supervisor = supervisor;
    this.journal = journal;
  }

  Future<GodReply> carryOut(GodCommand command) {
    return switch (command) {
      case GodCommand.StartApps start -> startApps(start);
      case GodCommand.Act(GodCommand.Action action, List<String> targets, _) ->
          act(action, targets);
      case GodCommand.Show(List<String> targets) -> Future.succeededFuture(show(targets));
      case GodCommand.Trigger _, GodCommand.Save _, GodCommand.Resurrect _ ->
          Future.failedFuture("nobody asks this yet");
      case GodCommand.Ping() -> Future.succeededFuture(new GodReply(List.of(), List.of()));
      case GodCommand.EndEverything() -> delete(List.copyOf(registry.all()), List.of());
    };
  }

  private GodReply show(List<String> targets) {
    if (targets.isEmpty()) {
      return new GodReply(views(registry.all()), List.of());
    }
    Registry.Selection selection = registry.select(targets);
    return new GodReply(views(selection.found()), selection.problems());
  }

  private Future<GodReply> act(GodCommand.Action action, List<String> targets) {
    Registry.Selection selection = registry.select(targets);
    List<String> problems = selection.problems();
    return switch (action) {
      case START, RESTART ->
          ask(selection.found(), new Event.RestartAsked(), Commands::settled, problems);
      case STOP -> ask(selection.found(), new Event.StopAsked(), Commands::stopped, problems);
      case DELETE -> delete(selection.found(), problems);
    };
  }

  private Future<GodReply> ask(
      List<Instance> instances, Event event, Predicate<Supervised> settled, List<String> problems) {
    instances.forEach(instance -> supervisor.on(instance, event));
    return settle(instances, settled)
        .map(_ -> new GodReply(views(instances), withFailures(instances, problems)));
  }

  private Future<GodReply> delete(List<Instance> instances, List<String> problems) {
    List<InstanceView> before = views(instances);
    return Future.join(instances.stream().map(this::endAndRemove).toList())
        .compose(_ -> journal.written())
        .map(_ -> new GodReply(before, problems));
  }

  private Future<Void> endAndRemove(Instance instance) {
    supervisor.on(instance, new Event.StopAsked());
    return instance
        .when(Commands::stopped)
        .compose(_ ->
            instance.state.phase() == Phase.STOPPED ? remove(instance) : endAndRemove(instance));
  }

  private Future<Void> remove(Instance instance) {
    if (instance.removed) {
      return Future.succeededFuture();
    }
    registry.remove(instance);
    journal.changed();
    supervisor.announce(instance, InstanceEvent.Kind.DELETE);
    instance.removed = true;
    return vertx
        .eventBus()
        .request(Addresses.LOGS_COMMAND, new LogsCommand.Close(instance.id))
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
    journal.changed();
    // Written before the first process is made: a daemon that dies in between leaves no unknown
    // process.
    return journal
        .written()
        .compose(_ -> {
          concerned.stream()
              .filter(instance -> instance.spec.autostart() || running(instance))
              .forEach(instance -> supervisor.on(instance, new Event.RestartAsked()));
          return Future.join(
              settle(concerned, Commands::settled), delete(List.copyOf(surplus), List.of()));
        })
        .map(_ -> new GodReply(views(concerned), withFailures(concerned, deleted(concerned))));
  }

  private List<String> refusals(GodCommand.StartApps start) {
    return switch (start.existing()) {
      case RESTART -> List.of();
      case REFUSE_RUNNING ->
          start.specs().stream()
              .map(AppSpec::name)
              .filter(name -> registry.ofApp(name).stream().anyMatch(Commands::running))
              .map(name ->
                  "app %s is already running: jpm restart %s restarts it, another --name starts a second one"
                      .formatted(name, name))
              .toList();
    };
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
    instance.spec = spec;
    InstancePaths paths = InstancePaths.of(god.home(), spec, instance.id, instance.createdAt);
    if (!paths.equals(instance.paths)) {
      instance.paths = paths;
      instance.captured = false;
    }
  }

  private Instance create(AppSpec spec, int number) {
    InstanceId id = registry.takeId();
    Instant now = god.wallClock().instant();
    var instance = new Instance(id, number, spec, InstancePaths.of(god.home(), spec, id, now), now);
    registry.add(instance);
    return instance;
  }

  private Future<?> settle(List<Instance> instances, Predicate<Supervised> settled) {
    return Future.join(instances.stream().map(instance -> instance.when(settled)).toList())
        .compose(_ -> journal.written());
  }

  /// Whatever was asked has led to something: nothing is being made and nothing is being ended.
  private static boolean settled(Supervised state) {
    return state.phase() != Phase.LAUNCHING && state.phase() != Phase.STOPPING;
  }

  /// It has stopped, or somebody else has had it started again meanwhile.
  private static boolean stopped(Supervised state) {
    return state.phase() == Phase.STOPPED || (state.wanted() == Wanted.UP && settled(state));
  }

  private static boolean running(Instance instance) {
    return switch (instance.state.phase()) {
      case STOPPED, ERRORED -> false;
      case LAUNCHING, ONLINE, STOPPING, WAITING_RESTART -> true;
    };
  }

  private static List<String> deleted(List<Instance> instances) {
    return instances.stream()
        .filter(instance -> instance.removed)
        .map(instance ->
            "%s (id %s) was deleted meanwhile".formatted(instance.spec.name(), instance.id))
        .toList();
  }

  private static List<String> withFailures(List<Instance> instances, List<String> problems) {
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
