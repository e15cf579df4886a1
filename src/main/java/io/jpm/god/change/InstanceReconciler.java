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

/// Has the list match the descriptions of apps, without starting or stopping any. Owned by
/// GodVerticle's context.
public final class InstanceReconciler {
  private final GodContext god;
  private final Registry registry;
  private final Supervisor supervisor;

  InstanceReconciler(GodContext god, Registry registry, Supervisor supervisor) {
    this.god = god;
    this.registry = registry;
    this.supervisor = supervisor;
  }

  /// What came of it.
  ///
  /// @param concerned those that are wanted
  /// @param surplus those that are not
  /// @param change what has been changed in the list
  public record Fitted(List<Instance> concerned, List<Instance> surplus, ProvisionalChange change) {
    /// Nothing yet.
    public Fitted() {
      this(new ArrayList<>(), new ArrayList<>(), new ProvisionalChange());
    }
  }

  /// Makes the instances of an app match its spec.
  ///
  /// @param fitted gets those that it wants, and those that it does not want
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

  /// Tells that an app of which these instances are there is to have `wanted`; nothing, when it is
  /// new or has as many.
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

  /// Puts `more` instances into the list, with the lowest numbers that none of `present` has.
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

  /// Puts an instance into the list.
  public Instance create(AppSpec spec, int number, ProvisionalChange change) {
    InstanceId id = registry.takeId();
    var instanceIdentity = new InstanceIdentity(id, number, god.wallClock().instant());
    var instance = new Instance(instanceIdentity, spec, god.home());
    registry.add(instance);
    supervisor.specChanged(instance);
    change.undoneBy(() -> withdraw(instance));
    return instance;
  }

  /// Takes an instance out of the list that never had a process. One that somebody else has had
  /// started meanwhile stays.
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

  /// Gives an instance another spec.
  public void describe(Instance instance, AppSpec spec) {
    LogsCommand.Open captured = instance.capture();
    Path pidFile = instance.paths.pidFile();
    redescribe(instance, spec);
    supervisor.processes().moved(instance, captured, pidFile);
  }

  /// The same, to be taken back where the journal does not take it. The files of a running instance
  /// stay where they are until it has.
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

  /// `spec` with another number of instances.
  public static AppSpec counting(AppSpec spec, int count) {
    Instances old = spec.instances();
    return spec.draft()
        .instances(new Instances(count, old.numberVariable(), old.counting()))
        .build();
  }
}
