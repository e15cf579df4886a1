package io.jpm.god;

import io.jpm.bus.InstanceEvent;
import io.jpm.bus.LogsCommand;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceId;
import io.jpm.model.Instances;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Has the list match the descriptions of apps, without starting or stopping any. Owned by
/// GodVerticle's context.
final class Fitting {
  private final GodContext god;
  private final Registry registry;
  private final Supervisor supervisor;

  Fitting(GodContext god, Registry registry, Supervisor supervisor) {
    this.god = god;
    this.registry = registry;
    this.supervisor = supervisor;
  }

  /// What came of it.
  ///
  /// @param concerned those that are wanted
  /// @param surplus those that are not
  /// @param change what has been changed in the list
  record Fitted(List<Instance> concerned, List<Instance> surplus, Tentative change) {
    /// Nothing yet.
    Fitted() {
      this(new ArrayList<>(), new ArrayList<>(), new Tentative());
    }
  }

  /// Makes the instances of an app match its spec.
  ///
  /// @param fitted gets those that it wants, and those that it does not want
  void fit(AppSpec spec, Fitted fitted) {
    List<Instance> present = registry.ofApp(spec.name());
    int missing = spec.instances().count();
    announceScale(present, missing, fitted.change);
    for (Instance instance : present) {
      if (instance.number < spec.instances().count()) {
        describe(instance, spec, fitted.change);
        fitted.concerned.add(instance);
        missing--;
      } else {
        fitted.surplus.add(instance);
      }
    }
    fitted.concerned.addAll(create(spec, present, missing, fitted.change));
  }

  /// Tells that an app of which these instances are there is to have `wanted`; nothing, when it is
  /// new or has as many.
  void announceScale(List<Instance> present, int wanted, Tentative change) {
    if (present.size() != wanted) {
      present.stream()
          .min(Comparator.comparingInt(instance -> instance.number))
          .ifPresent(first ->
              change.toldBy(() ->
                  supervisor.announce(
                      first,
                      InstanceEvent.Kind.SCALE,
                      "from %d to %d instances".formatted(present.size(), wanted))));
    }
  }

  /// Puts `more` instances into the list, with the lowest numbers that none of `present` has.
  List<Instance> create(AppSpec spec, List<Instance> present, int more, Tentative change) {
    List<Integer> taken = present.stream().map(instance -> instance.number).toList();
    List<Instance> created = new ArrayList<>();
    for (int number = 0; created.size() < more; number++) {
      if (!taken.contains(number)) {
        created.add(create(spec, number, change));
      }
    }
    return created;
  }

  /// Puts an instance into the list.
  Instance create(AppSpec spec, int number, Tentative change) {
    InstanceId id = registry.takeId();
    var life = new Life(id, number, god.wallClock().instant());
    var instance = new Instance(life, spec, god.home());
    registry.add(instance);
    supervisor.specChanged(instance);
    change.undoneBy(() -> withdraw(instance));
    return instance;
  }

  /// Takes an instance out of the list that never had a process. One that somebody else has had
  /// started meanwhile stays.
  private void withdraw(Instance instance) {
    if (Sequence.isRunning(instance)) {
      return;
    }
    registry.remove(instance);
    registry.giveBack(instance.id);
    instance.removed = true;
    supervisor.specChanged(instance);
    supervisor.balancing().released(instance);
  }

  /// Gives an instance another spec.
  void describe(Instance instance, AppSpec spec) {
    LogsCommand.Open captured = instance.capture();
    Path pidFile = instance.paths.pidFile();
    redescribe(instance, spec);
    supervisor.processes().moved(instance, captured, pidFile);
  }

  /// The same, to be taken back where the journal does not take it. The files of a running instance
  /// stay where they are until it has.
  void describe(Instance instance, AppSpec spec, Tentative change) {
    AppSpec before = instance.spec;
    LogsCommand.Open captured = instance.capture();
    Path pidFile = instance.paths.pidFile();
    redescribe(instance, spec);
    change.movedBy(() -> supervisor.processes().moved(instance, captured, pidFile));
    change.undoneBy(() -> {
      if (instance.spec.equals(spec) && !before.equals(spec)) {
        redescribe(instance, before);
      }
    });
  }

  private void redescribe(Instance instance, AppSpec spec) {
    instance.spec = spec;
    instance.paths = InstancePaths.of(god.home(), spec, instance.id, instance.birth);
    supervisor.processes().checks().look(instance);
    supervisor.specChanged(instance);
  }

  /// `spec` with another number of instances.
  static AppSpec counting(AppSpec spec, int count) {
    Instances old = spec.instances();
    return spec.draft()
        .instances(new Instances(count, old.numberVariable(), old.counting()))
        .build();
  }
}
