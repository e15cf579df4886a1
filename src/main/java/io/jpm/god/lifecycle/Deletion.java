package io.jpm.god.lifecycle;

import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.god.instance.CommandReplies;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.journal.Journal;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import java.util.List;

/// Stops instances and removes them from the list. Confined to GodVerticle's context.
public final class Deletion {
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;
  private final DependencySequence dependencySequence;

  Deletion(
      Registry registry,
      Supervisor supervisor,
      Journal journal,
      DependencySequence dependencySequence) {
    this.registry = registry;
    this.supervisor = supervisor;
    this.journal = journal;
    this.dependencySequence = dependencySequence;
  }

  /// Stops and removes instances. The reply contains `problems` and the state of the instances
  /// before the deletion.
  public Future<GodReply> delete(List<SupervisedInstance> instances, List<String> problems) {
    List<InstanceView> before = CommandReplies.views(instances);
    return dependencySequence
        .inReverse(instances, this::endAndRemove)
        .compose(_ -> journal.written())
        .map(_ -> {
          Failpoint.REMOVAL_WRITTEN.hit();
          return CommandReplies.withStops(instances, new GodReply(before, problems));
        });
  }

  private Future<Void> endAndRemove(SupervisedInstance supervisedInstance) {
    return dependencySequence
        .stop(supervisedInstance)
        .compose(_ -> {
          SupervisedInstance present = registry.currentOf(supervisedInstance);
          return present.state.phase() == Phase.STOPPED ? remove(present) : endAndRemove(present);
        });
  }

  private Future<Void> remove(SupervisedInstance supervisedInstance) {
    if (supervisedInstance.removed) {
      return Future.succeededFuture();
    }
    Failpoint.REMOVE_BEGINS.hit();
    registry.remove(supervisedInstance);
    journal.changed();
    Failpoint.REMOVED.hit();
    supervisor.announce(supervisedInstance, InstanceEvent.Kind.DELETE);
    supervisedInstance.removed = true;
    supervisor.specChanged(supervisedInstance);
    supervisor.balancerCoordinator().released(supervisedInstance);
    return supervisor.processes().logCapture().close(supervisedInstance);
  }
}
