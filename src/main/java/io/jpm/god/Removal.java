package io.jpm.god;

import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceEvent;
import io.jpm.bus.InstanceView;
import io.jpm.model.Phase;
import io.vertx.core.Future;
import java.util.List;

/// Ends instances and takes them out of the list. Owned by GodVerticle's context.
final class Removal {
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;
  private final Sequence sequence;

  Removal(Registry registry, Supervisor supervisor, Journal journal, Sequence sequence) {
    this.registry = registry;
    this.supervisor = supervisor;
    this.journal = journal;
    this.sequence = sequence;
  }

  /// Ends and removes; the reply has `problems` and the instances as they were.
  Future<GodReply> delete(List<Instance> instances, List<String> problems) {
    List<InstanceView> before = Replies.views(instances);
    return sequence
        .inReverse(instances, this::endAndRemove)
        .compose(_ -> journal.written())
        .map(_ -> {
          Failpoint.REMOVAL_WRITTEN.hit();
          return Replies.withStops(instances, new GodReply(before, problems));
        });
  }

  private Future<Void> endAndRemove(Instance instance) {
    return sequence
        .stop(instance)
        .compose(_ -> {
          Instance present = registry.present(instance);
          return present.state.phase() == Phase.STOPPED ? remove(present) : endAndRemove(present);
        });
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
    supervisor.balancing().released(instance);
    return supervisor.processes().captures().close(instance);
  }
}
