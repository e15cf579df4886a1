package io.jpm.god.supervision;

import io.jpm.bus.god.InstanceEvent;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.InstanceIdentity;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.journal.Journal;
import io.jpm.model.AppSpec;
import io.jpm.model.process.Phase;
import io.jpm.supervise.DesiredState;
import io.jpm.supervise.InstanceState;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Future;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.List;

/// Creates candidates, promotes them and drains the processes that they replace. The processes are
/// represented by separate [SupervisedInstance] objects with the same id, one of which is in the
/// list. Confined to GodVerticle's context.
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

  /// Creates the candidate that will replace `old`. The candidate does not have a process yet.
  public SupervisedInstance createCandidate(SupervisedInstance old, AppSpec spec) {
    InstanceIdentity instanceIdentity =
        old.instanceIdentity().forReplacement(registry.nextIncarnation(god.wallClock().instant()));
    var successor = new SupervisedInstance(instanceIdentity, spec, god.home());
    successor.replacementRole = ReplacementRole.CANDIDATE;
    registry.add(successor);
    journal.changed();
    return successor;
  }

  /// Promotes `successor`: it takes the place of `old` in the list, and `old` becomes the draining
  /// instance.
  public void promote(SupervisedInstance successor, SupervisedInstance old) {
    String why = old.replacementReason.isEmpty() ? "" : ": " + old.replacementReason;
    String reason = "%s has replaced %s%s".formatted(pid(successor), pid(old), why);
    registry.promote(successor, old);
    successor.state = successor.state.promotedFrom(old.state, reason);
    supervisor.processes().promoted(successor, old);
    supervisor.specChanged(old);
    supervisor.specChanged(successor);
    journal.changed();
    supervisor.announce(successor, InstanceEvent.Kind.RELOAD);
    Failpoint.RELOAD_SWAPPED.hit();
  }

  private static String pid(SupervisedInstance supervisedInstance) {
    return supervisedInstance
        .unreportedExitProcess
        .map(p -> "pid " + p.pid())
        .orElse("its previous process");
  }

  /// Publishes that the reload of the instance failed and that its previous process was kept.
  public void announceFailure(SupervisedInstance supervisedInstance, String reason) {
    supervisor.announce(supervisedInstance, InstanceEvent.Kind.RELOAD_FAILED, reason);
  }

  /// Drains a replaced process and then stops it.
  public Future<Void> drainAndStop(SupervisedInstance old) {
    return drain(old)
        .compose(_ -> {
          Failpoint.RELOAD_DRAINED.hit();
          return end(old);
        });
  }

  /// Drains the instance. Completes when its process has no connections left, has exited or is
  /// being stopped.
  public Future<Void> drain(SupervisedInstance supervisedInstance) {
    return supervisedInstance.state.phase() == Phase.ONLINE
        ? Future.any(
                supervisor.balancerCoordinator().drain(supervisedInstance),
                supervisedInstance.when(state -> state.phase() != Phase.ONLINE))
            .mapEmpty()
        : Future.succeededFuture();
  }

  /// Stops and removes a candidate or draining instance.
  public Future<Void> end(SupervisedInstance beside) {
    supervisor.handle(beside, new SupervisionEvent.StopRequested());
    return beside.when(InstanceState::isOver).compose(_ -> forget(beside));
  }

  private Future<Void> forget(SupervisedInstance beside) {
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
          // The process is gone nevertheless. The next daemon removes the pipes at the latest.
          LOG.log(Level.WARNING, "{0}: its pipes were not closed: {1}", beside.label(), error);
          return Future.succeededFuture();
        });
  }

  /// Completes a reload that an earlier daemon started. If the current process of an instance is
  /// gone and its candidate is running, the candidate is promoted. Must be called after all
  /// processes of the earlier daemon have been looked up.
  ///
  /// @param gone the instances whose process is gone and for which no decision has been made yet
  public void recover(List<SupervisedInstance> gone) {
    for (SupervisedInstance successor : List.copyOf(registry.ofAllRoles())) {
      registry
          .current(successor.id)
          .filter(_ ->
              successor.replacementRole == ReplacementRole.CANDIDATE && successor.child != null)
          .filter(old -> gone.contains(old) && DependencySequence.isRunning(old) && isWanted(old))
          .ifPresent(old -> {
            promote(successor, old);
            if (!successor.hasExplicitReadiness()) {
              supervisor.handle(
                  successor, new SupervisionEvent.Ready(successor.state.generation()));
            }
          });
    }
    gone.stream()
        .filter(supervisedInstance -> supervisedInstance.replacementRole != ReplacementRole.CURRENT)
        .forEach(supervisedInstance ->
            supervisedInstance.state =
                CrashRecoveryStates.withoutRestart(supervisedInstance.state));
  }

  private static boolean isWanted(SupervisedInstance supervisedInstance) {
    return supervisedInstance.state.desiredState() != DesiredState.DOWN;
  }

  /// Stops, in the background, the candidates and draining instances that are left from a reload by
  /// an earlier daemon.
  public void stopLeftoverReplacements() {
    List<SupervisedInstance> beside = new ArrayList<>(registry.ofAllRoles());
    beside.removeAll(registry.all());
    for (SupervisedInstance supervisedInstance : beside) {
      if (supervisedInstance.replacementRole == ReplacementRole.CANDIDATE) {
        registry
            .current(supervisedInstance.id)
            .ifPresent(old -> announceFailure(old, "the daemon exited during the reload"));
        end(supervisedInstance);
      } else {
        drainAndStop(supervisedInstance);
      }
    }
  }
}
