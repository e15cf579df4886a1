package io.jpm.god.lifecycle;

import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.InstancePaths;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.AppSpec;
import io.jpm.model.InstanceSettings;
import io.jpm.model.process.InstanceId;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Reconciles the instances in the list with the specs of their apps. Creates instances, updates
/// their specs and determines surplus ones, but starts and stops no processes. Confined to
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

  /// The result of a reconciliation.
  ///
  /// @param desired the instances that the app should have
  /// @param surplus the instances that must be removed
  /// @param change the changes to the list
  public record Reconciliation(
      List<SupervisedInstance> desired,
      List<SupervisedInstance> surplus,
      ProvisionalChange change) {
    /// Creates an empty result.
    public Reconciliation() {
      this(new ArrayList<>(), new ArrayList<>(), new ProvisionalChange());
    }
  }

  /// Reconciles the instances of an app with its spec.
  ///
  /// @param fitted receives the desired and the surplus instances
  public void reconcile(AppSpec spec, Reconciliation fitted) {
    List<SupervisedInstance> present = registry.ofApp(spec.name());
    int missing = spec.instances().count();
    announceScale(present, missing, fitted.change);
    for (SupervisedInstance supervisedInstance : present) {
      if (supervisedInstance.number < spec.instances().count()) {
        updateSpec(supervisedInstance, spec, fitted.change);
        fitted.desired.add(supervisedInstance);
        missing--;
      } else {
        fitted.surplus.add(supervisedInstance);
      }
    }
    fitted.desired.addAll(create(spec, present, missing, fitted.change));
  }

  /// Publishes, when `change` is committed, that the number of instances of an app changes to
  /// `wanted`. Does nothing if the app is new or if the number stays the same.
  public void announceScale(
      List<SupervisedInstance> present, int wanted, ProvisionalChange change) {
    if (present.size() != wanted) {
      present.stream()
          .min(Comparator.comparingInt(supervisedInstance -> supervisedInstance.number))
          .ifPresent(first ->
              change.toldBy(() ->
                  supervisor.announce(
                      first,
                      InstanceEvent.Kind.SCALE,
                      "from %d to %d instances".formatted(present.size(), wanted))));
    }
  }

  /// Adds `more` instances to the list, with the lowest numbers that are not used in `present`.
  public List<SupervisedInstance> create(
      AppSpec spec, List<SupervisedInstance> present, int more, ProvisionalChange change) {
    List<Integer> taken =
        present.stream().map(supervisedInstance -> supervisedInstance.number).toList();
    List<SupervisedInstance> created = new ArrayList<>();
    for (int number = 0; created.size() < more; number++) {
      if (!taken.contains(number)) {
        created.add(create(spec, number, change));
      }
    }
    return created;
  }

  /// Adds an instance to the list.
  public SupervisedInstance create(AppSpec spec, int number, ProvisionalChange change) {
    InstanceId id = registry.allocateId();
    var instanceIdentity = new InstanceIdentity(id, number, god.wallClock().instant());
    var supervisedInstance = new SupervisedInstance(instanceIdentity, spec, god.home());
    registry.add(supervisedInstance);
    supervisor.specChanged(supervisedInstance);
    change.undoneBy(() -> withdraw(supervisedInstance));
    return supervisedInstance;
  }

  /// Removes an instance that never had a process. An instance that another command has started in
  /// the meantime is kept.
  private void withdraw(SupervisedInstance supervisedInstance) {
    if (DependencySequence.isRunning(supervisedInstance)) {
      return;
    }
    registry.remove(supervisedInstance);
    registry.releaseId(supervisedInstance.id);
    supervisedInstance.removed = true;
    supervisor.specChanged(supervisedInstance);
    supervisor.balancerCoordinator().released(supervisedInstance);
  }

  /// Replaces the spec of an instance.
  public void updateSpec(SupervisedInstance supervisedInstance, AppSpec spec) {
    LogsCommand.Open captured = supervisedInstance.captureRequest();
    Path pidFile = supervisedInstance.paths.pidFile();
    redescribe(supervisedInstance, spec);
    supervisor.processes().redirectOutput(supervisedInstance, captured, pidFile);
  }

  /// Replaces the spec of an instance and restores the old one if the journal cannot be written. A
  /// running instance keeps its log files and pid file until the change is in the journal.
  public void updateSpec(
      SupervisedInstance supervisedInstance, AppSpec spec, ProvisionalChange change) {
    AppSpec before = supervisedInstance.spec;
    LogsCommand.Open captured = supervisedInstance.captureRequest();
    Path pidFile = supervisedInstance.paths.pidFile();
    redescribe(supervisedInstance, spec);
    change.movedBy(
        () -> supervisor.processes().redirectOutput(supervisedInstance, captured, pidFile));
    change.undoneBy(() -> {
      if (supervisedInstance.spec.equals(spec) && !before.equals(spec)) {
        redescribe(supervisedInstance, before);
      }
    });
  }

  private void redescribe(SupervisedInstance supervisedInstance, AppSpec spec) {
    supervisedInstance.spec = spec;
    supervisedInstance.paths =
        InstancePaths.of(god.home(), spec, supervisedInstance.id, supervisedInstance.incarnation);
    supervisor.processes().probes().look(supervisedInstance);
    supervisor.specChanged(supervisedInstance);
  }

  /// Returns `spec` with the given number of instances.
  public static AppSpec withInstanceCount(AppSpec spec, int count) {
    InstanceSettings old = spec.instances();
    return spec.toBuilder()
        .instances(new InstanceSettings(count, old.numberVariable(), old.counting()))
        .build();
  }
}
