package io.jpm.god.adoption;

import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.instance.Tags;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.supervision.CrashRecoveryStates;
import io.jpm.god.supervision.InstanceSwap;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.supervise.AdoptionSelector;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;

/// Adopts the processes that an earlier daemon left running. Running apps keep their pid and their
/// log; apps that have exited in the meantime are handled according to their restart policy.
/// Confined to GodVerticle's context.
///
/// The daemon may be killed at any point during adoption. Therefore, a process recorded in the
/// journal stays there until it has been adopted or its exit has been handled
/// ([SupervisedInstance#journaledProcess]). No process is created for an instance while a running
/// process has the instance's process tag.
public final class Adoption {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final GodContext god;
  private final Supervisor supervisor;
  private final InstanceSwap instanceSwap;
  private final TreeTerminator ending;

  public Adoption(
      GodContext god, Context context, Supervisor supervisor, InstanceSwap instanceSwap) {
    this.vertx = context.owner();
    this.god = god;
    this.supervisor = supervisor;
    this.instanceSwap = instanceSwap;
    this.ending = new TreeTerminator(context, god.host());
  }

  /// Adopts the process of each instance in the journal, or handles the exit of a process that is
  /// no longer running. Completes when this has been done for all instances.
  ///
  /// @param tagged the main processes that run for this home directory, by process tag
  public Future<Void> adoptAll(Registry registry, Map<Tags.InstanceTag, ProcessIdentity> tagged) {
    var missingProcesses = new MissingProcesses(god, vertx, supervisor, ending);
    List<String> doubled = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    for (SupervisedInstance supervisedInstance : registry.ofAllRoles()) {
      NavigableMap<Long, ProcessIdentity> mine = supervisedInstance.generations(tagged);
      all =
          all.compose(_ -> adopt(supervisedInstance, mine, missingProcesses))
              .map(_ -> {
                olderThanAdopted(supervisedInstance, mine).ifPresent(doubled::add);
                return null;
              });
    }
    return all.compose(
            _ -> {
              instanceSwap.recover(missingProcesses.instances());
              return Future.join(missingProcesses.handleAll(), ending.terminate(doubled));
            })
        .map(_ -> {
          instanceSwap.stopLeftoverReplacements();
          return null;
        });
  }

  private Future<Void> adopt(
      SupervisedInstance supervisedInstance,
      NavigableMap<Long, ProcessIdentity> tagged,
      MissingProcesses missingProcesses) {
    Optional<FoundProcess> candidate =
        AdoptionSelector.select(supervisedInstance.state, supervisedInstance.recorded, tagged)
            .map(it -> new FoundProcess(it.process(), it.generation()));
    if (candidate.isEmpty()) {
      missingProcesses.addUnrecorded(supervisedInstance);
      return Future.succeededFuture();
    }
    FoundProcess found = candidate.get();
    Optional<ProcessIdentity> replaced =
        supervisedInstance.recorded.filter(recorded -> !recorded.equals(found.identity()));
    Optional<Instant> startedAt = supervisedInstance.startedAt;
    return adopt(supervisedInstance, found)
        .map(alive -> {
          replaced.ifPresent(
              recorded -> missingProcesses.addReplaced(supervisedInstance, recorded, startedAt));
          if (!alive) {
            missingProcesses.add(supervisedInstance, found);
          }
          return null;
        });
  }

  /// Adopts the process if it is still running.
  ///
  /// @return whether it was adopted
  Future<Boolean> adopt(SupervisedInstance supervisedInstance, FoundProcess found) {
    Failpoint.ADOPTION_BEGINS.hit();
    return supervisor
        .processes()
        .logCapture()
        .open(supervisedInstance)
        .compose(problem -> {
          problem.ifPresent(
              words -> LOG.log(Level.ERROR, "{0}: {1}", supervisedInstance.label(), words));
          return supervisor.processes().adopt(supervisedInstance, found);
        })
        .map(alive -> {
          if (alive) {
            adopted(supervisedInstance, found);
          }
          return alive;
        });
  }

  private void adopted(SupervisedInstance supervisedInstance, FoundProcess found) {
    Failpoint.ADOPTED.hit();
    catchUp(supervisedInstance, found.generation(), god.wallClock().instant());
    supervisor.handle(
        supervisedInstance,
        new SupervisionEvent.Adopted(found.generation(), uptime(supervisedInstance)));
    boolean ready = supervisedInstance.state.phase() == Phase.ONLINE;
    supervisor.balancerCoordinator().processStarted(supervisedInstance, found.identity(), ready);
    supervisor.processes().activate(supervisedInstance);
    supervisor.processes().probes().adopt(supervisedInstance, found.identity());
    assumeReadyWithoutChannel(supervisedInstance);
    Failpoint.ADOPTION_TOLD.hit();
  }

  /// Updates the generation of an instance if the process that was found is newer than the recorded
  /// one. Must be called in the same turn of the event loop as the supervision event that follows.
  /// A journal write between the two would make the next daemon count the same restarts again.
  static void catchUp(SupervisedInstance supervisedInstance, long generation, Instant now) {
    if (generation > supervisedInstance.state.generation()) {
      // The time in the journal is that of the previous process.
      supervisedInstance.startedAt = Optional.of(now);
      supervisedInstance.state =
          CrashRecoveryStates.withNewerGeneration(supervisedInstance.state, generation);
    }
  }

  /// Returns the tag of a process of an earlier generation that is still running and must be
  /// stopped. Returns empty if there is no such process, or if the spec does not require that the
  /// whole process tree is stopped.
  private Optional<String> olderThanAdopted(
      SupervisedInstance supervisedInstance, NavigableMap<Long, ProcessIdentity> tagged) {
    Map.Entry<Long, ProcessIdentity> older =
        tagged.lowerEntry(supervisedInstance.state.generation());
    if (supervisedInstance.child == null
        || older == null
        || !supervisedInstance.spec.stop().wholeTree()) {
      return Optional.empty();
    }
    LOG.log(
        Level.WARNING,
        "{0}: pid {1}, which was started before the adopted pid {2}, is still running and will be stopped",
        supervisedInstance.label(),
        Integer.toString(older.getValue().pid()),
        Integer.toString(supervisedInstance.child.identity().pid()));
    return Optional.of(supervisedInstance.tag(god.home(), older.getKey()));
  }

  /// Treats a process as ready if its IPC channel is lost, because it can no longer report that it
  /// is ready.
  private void assumeReadyWithoutChannel(SupervisedInstance supervisedInstance) {
    boolean deaf = supervisedInstance.child != null && !supervisedInstance.child.hasIpcChannel();
    boolean toSpeak =
        supervisedInstance.spec.readiness().awaited()
            || !supervisedInstance.spec.health().gatesOnline();
    if (deaf && toSpeak && supervisedInstance.state.startBlocker() == StartBlocker.READINESS) {
      LOG.log(
          Level.WARNING,
          "{0}: the IPC channel of the adopted process cannot be restored, so the process is considered ready",
          supervisedInstance.label());
      supervisor.healthCoordinator().ipcChannelLost(supervisedInstance);
    }
  }

  private long uptime(SupervisedInstance supervisedInstance) {
    Instant now = god.wallClock().instant();
    Duration uptime = Duration.between(supervisedInstance.startedAt.orElse(now), now);
    return uptime.isNegative() ? 0 : uptime.toNanos();
  }
}
