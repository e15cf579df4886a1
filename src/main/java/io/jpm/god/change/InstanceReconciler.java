package io.jpm.god.change;

import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.InstancePaths;
import io.jpm.god.instance.Registry;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.AppSpec;
import io.jpm.model.Instances;
import io.jpm.model.run.InstanceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Reconciles the listed instances of apps with their specs, without starting or stopping any.
/// Confined to GodVerticle's context.
public final class InstanceReconciler {
  private final GodContext god;
  private final Registry registry;
  private final Supervisor supervisor;

  InstanceReconciler(GodContext god, Registry registry, Supervisor supervisor) {
    this.god = god;
    this.registry = registry;
    this.supervisor = supervisor;
  }

  /// The result of a reconciliation.
  ///
  /// @param concerned the desired instances
  /// @param surplus the instances that must be removed
  /// @param change the changes of the list
  public record Fitted(List<Instance> concerned, List<Instance> surplus, ProvisionalChange change) {
    /// Creates an empty result.
    public Fitted() {
      this(new ArrayList<>(), new ArrayList<>(), new ProvisionalChange());
    }
  }

  /// Reconciles the instances of an app with its spec.
  ///
  /// @param fitted receives the desired and the surplus instances
  public void fit(AppSpec spec, Fitted fitted) {
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

  /// Publishes, once the change holds, that the number of instances of an app changes to `wanted`.
  /// Does nothing if the app is new or the number stays the same.
  public void announceScale(List<Instance> present, int wanted, ProvisionalChange change) {
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

  /// Adds `more` instances to the list, with the lowest numbers that none of `present` has.
  public List<Instance> create(
      AppSpec spec, List<Instance> present, int more, ProvisionalChange change) {
    List<Integer> taken = present.stream().map(instance -> instance.number).toList();
    List<Instance> created = new ArrayList<>();
    for (int number = 0; created.size() < more; number++) {
      if (!taken.contains(number)) {
        created.add(create(spec, number, change));
      }
    }
    return created;
  }

  /// Adds an instance to the list.
  public Instance create(AppSpec spec, int number, ProvisionalChange change) {
    InstanceId id = registry.takeId();
    var instanceIdentity = new InstanceIdentity(id, number, god.wallClock().instant());
    var instance = new Instance(instanceIdentity, spec, god.home());
    registry.add(instance);
    supervisor.specChanged(instance);
    change.undoneBy(() -> withdraw(instance));
    return instance;
  }

  /// Removes an instance that never had a process. If another command has started it meanwhile, it
  /// stays.
  private void withdraw(Instance instance) {
    if (DependencySequence.isRunning(instance)) {
      return;
    }
    registry.remove(instance);
    registry.giveBack(instance.id);
    instance.removed = true;
    supervisor.specChanged(instance);
    supervisor.balancerCoordinator().released(instance);
  }

  /// Replaces the spec of an instance.
  public void describe(Instance instance, AppSpec spec) {
    LogsCommand.Open captured = instance.capture();
    Path pidFile = instance.paths.pidFile();
    redescribe(instance, spec);
    supervisor.processes().moved(instance, captured, pidFile);
  }

  /// Replaces the spec of an instance, and restores it if the journal cannot be written. A running
  /// instance keeps its files until the journal contains the change.
  public void describe(Instance instance, AppSpec spec, ProvisionalChange change) {
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

  /// Returns `spec` with another number of instances.
  public static AppSpec counting(AppSpec spec, int count) {
    Instances old = spec.instances();
    return spec.draft()
        .instances(new Instances(count, old.numberVariable(), old.counting()))
        .build();
  }
}
