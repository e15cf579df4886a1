package io.jpm.god.supervision;

import io.jpm.bus.god.InstanceEvent;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.journal.Journal;
import io.jpm.model.AppSpec;
import io.jpm.model.run.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.Event;
import io.jpm.supervise.Supervised;
import io.vertx.core.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/// Creates candidates, promotes them and drains the processes they replace. Each process is an
/// [Instance] with the same id; the list contains one of them. Confined to GodVerticle's context.
public final class InstanceSwap {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final GodContext god;
  private final Registry registry;
  private final Supervisor supervisor;
  private final Journal journal;

  public InstanceSwap(GodContext god, Registry registry, Supervisor supervisor, Journal journal) {
    this.god = god;
    this.registry = registry;
    this.supervisor = supervisor;
    this.journal = journal;
  }

  /// Creates the candidate that will replace `old`, without a process.
  public Instance createCandidate(Instance old, AppSpec spec) {
    InstanceIdentity instanceIdentity =
        old.instanceIdentity().reborn(registry.takeBirth(god.wallClock().instant()));
    var successor = new Instance(instanceIdentity, spec, god.home());
    successor.replacementRole = ReplacementRole.CANDIDATE;
    registry.add(successor);
    journal.changed();
    return successor;
  }

  /// Promotes `successor`: it replaces `old` in the list, and `old` becomes the draining instance.
  public void promote(Instance successor, Instance old) {
    String why = old.leaving.isEmpty() ? "" : ": " + old.leaving;
    String reason = "%s has replaced %s%s".formatted(pid(successor), pid(old), why);
    registry.swap(successor, old);
    successor.state = successor.state.inPlaceOf(old.state, reason);
    supervisor.processes().tookPlace(successor, old);
    supervisor.specChanged(old);
    supervisor.specChanged(successor);
    journal.changed();
    supervisor.announce(successor, InstanceEvent.Kind.RELOAD);
    Failpoint.RELOAD_SWAPPED.hit();
  }

  private static String pid(Instance instance) {
    return instance.latest.map(p -> "pid " + p.pid()).orElse("its previous process");
  }

  /// Publishes that the reload of `instance` failed and that it keeps its previous process.
  public void announceFailure(Instance instance, String reason) {
    supervisor.announce(instance, InstanceEvent.Kind.RELOAD_FAILED, reason);
  }

  /// Drains a replaced process, then ends it.
  public Future<Void> retire(Instance old) {
    return drain(old)
        .compose(_ -> {
          Failpoint.RELOAD_DRAINED.hit();
          return end(old);
        });
  }

  /// Drains `instance`. Completes when it has no connections left, has ended, or is being stopped.
  public Future<Void> drain(Instance instance) {
    return instance.state.phase() == Phase.ONLINE
        ? Future.any(
                supervisor.balancerCoordinator().drain(instance),
                instance.when(state -> state.phase() != Phase.ONLINE))
            .mapEmpty()
        : Future.succeededFuture();
  }

  /// Ends and removes a candidate or draining instance.
  public Future<Void> end(Instance beside) {
    supervisor.on(beside, new Event.StopAsked());
    return beside.when(Supervised::isOver).compose(_ -> forget(beside));
  }

  private Future<Void> forget(Instance beside) {
    if (beside.removed) {
      return Future.succeededFuture();
    }
    registry.remove(beside);
    beside.removed = true;
    journal.changed();
    supervisor.balancerCoordinator().released(beside);
    return supervisor
        .processes()
        .logCapture()
        .close(beside)
        .recover(error -> {
          // The process is gone nevertheless; the next daemon removes the pipes at the latest.
          LOG.log(Level.WARNING, "{0}: its pipes were not closed: {1}", beside.label(), error);
          return Future.succeededFuture();
        });
  }

  /// Completes the reload of an earlier daemon after all its processes have been looked up: a
  /// running candidate replaces a process that is gone.
  ///
  /// @param gone instances whose process is gone and whose further state is not decided yet
  public void inherit(List<Instance> gone) {
    for (Instance successor : List.copyOf(registry.ofAllRoles())) {
      registry
          .current(successor.id)
          .filter(_ ->
              successor.replacementRole == ReplacementRole.CANDIDATE && successor.child != null)
          .filter(old -> gone.contains(old) && DependencySequence.isRunning(old) && isWanted(old))
          .ifPresent(old -> {
            promote(successor, old);
            if (!successor.readinessIsTold()) {
              supervisor.on(successor, new Event.Ready(successor.state.generation()));
            }
          });
    }
    gone.stream()
        .filter(instance -> instance.replacementRole != ReplacementRole.CURRENT)
        .forEach(instance -> instance.state = CrashBridging.over(instance.state));
  }

  private static boolean isWanted(Instance instance) {
    return instance.state.desiredState() != DesiredState.DOWN;
  }

  /// Ends the candidates and draining instances that the reload of an earlier daemon has left, in
  /// the background.
  public void goOn() {
    List<Instance> beside = new ArrayList<>(registry.ofAllRoles());
    beside.removeAll(registry.all());
    for (Instance instance : beside) {
      if (instance.replacementRole == ReplacementRole.CANDIDATE) {
        registry
            .current(instance.id)
            .ifPresent(old -> announceFailure(old, "the daemon ended during the reload"));
        end(instance);
      } else {
        retire(instance);
      }
    }
  }
}
