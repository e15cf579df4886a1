package io.jpm.god.adoption;

import io.jpm.god.instance.FoundProcess;
import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.Tags;
import io.jpm.god.journal.Failpoint;
import io.jpm.god.supervision.CrashBridging;
import io.jpm.god.supervision.InstanceSwap;
import io.jpm.god.supervision.Supervisor;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.supervise.Event;
import io.jpm.supervise.Inheritance;
import io.jpm.supervise.StartBlocker;
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

/// Adopts the processes that an earlier daemon left running: running apps keep their pid and their
/// log; apps that have ended meanwhile follow their restart policy. Confined to GodVerticle's
/// context.
///
/// The daemon may be killed at any point of this. The journal contains a recorded process until its
/// end was handled ([Instance#lasting]), and no process is created for an instance while a running
/// one carries its process tag.
public final class Adoption {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final GodContext god;
  private final Supervisor supervisor;
  private final InstanceSwap instanceSwap;
  private final TreeEnding ending;

  public Adoption(
      GodContext god, Context context, Supervisor supervisor, InstanceSwap instanceSwap) {
    this.vertx = context.owner();
    this.god = god;
    this.supervisor = supervisor;
    this.instanceSwap = instanceSwap;
    this.ending = new TreeEnding(context, god.host());
  }

  /// Handles every instance of the journal. Completes when all have been handled.
  ///
  /// @param tagged all running main processes of the home
  public Future<Void> adoptAll(Registry registry, Map<Tags.Mark, ProcessIdentity> tagged) {
    var missingProcesses = new MissingProcesses(god, vertx, supervisor, ending);
    List<String> doubled = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    for (Instance instance : registry.ofAllRoles()) {
      NavigableMap<Long, ProcessIdentity> mine = instance.generations(tagged);
      all =
          all.compose(_ -> adopt(instance, mine, missingProcesses))
              .map(_ -> {
                olderThanAdopted(instance, mine).ifPresent(doubled::add);
                return null;
              });
    }
    return all.compose(
            _ -> {
              instanceSwap.inherit(missingProcesses.instances());
              return Future.join(missingProcesses.follow(), ending.end(doubled));
            })
        .map(_ -> {
          instanceSwap.goOn();
          return null;
        });
  }

  private Future<Void> adopt(
      Instance instance,
      NavigableMap<Long, ProcessIdentity> tagged,
      MissingProcesses missingProcesses) {
    Optional<FoundProcess> candidate =
        Inheritance.of(instance.state, instance.recorded, tagged)
            .map(it -> new FoundProcess(it.process(), it.generation()));
    if (candidate.isEmpty()) {
      missingProcesses.addUnrecorded(instance);
      return Future.succeededFuture();
    }
    FoundProcess found = candidate.get();
    Optional<ProcessIdentity> replaced =
        instance.recorded.filter(recorded -> !recorded.equals(found.identity()));
    Optional<Instant> startedAt = instance.startedAt;
    return adopt(instance, found)
        .map(alive -> {
          replaced.ifPresent(
              recorded -> missingProcesses.addReplaced(instance, recorded, startedAt));
          if (!alive) {
            missingProcesses.add(instance, found);
          }
          return null;
        });
  }

  /// Adopts the process if it is still running.
  ///
  /// @return whether it was adopted
  Future<Boolean> adopt(Instance instance, FoundProcess found) {
    Failpoint.ADOPTION_BEGINS.hit();
    return supervisor
        .processes()
        .logCapture()
        .open(instance)
        .compose(problem -> {
          problem.ifPresent(words -> LOG.log(Level.ERROR, "{0}: {1}", instance.label(), words));
          return supervisor.processes().adopt(instance, found);
        })
        .map(alive -> {
          if (alive) {
            adopted(instance, found);
          }
          return alive;
        });
  }

  private void adopted(Instance instance, FoundProcess found) {
    Failpoint.ADOPTED.hit();
    catchUp(instance, found.generation(), god.wallClock().instant());
    supervisor.on(instance, new Event.Adopted(found.generation(), uptime(instance)));
    boolean ready = instance.state.phase() == Phase.ONLINE;
    supervisor.balancerCoordinator().began(instance, found.identity(), ready);
    supervisor.processes().begin(instance);
    supervisor.processes().checks().adopt(instance, found.identity());
    assumeReadyWithoutChannel(instance);
    Failpoint.ADOPTION_TOLD.hit();
  }

  /// Updates an instance whose recorded process is older than the found one. Must run in the same
  /// turn of the event loop as its consequences: after a write in between, the next daemon would
  /// count the same restarts again.
  static void catchUp(Instance instance, long generation, Instant now) {
    if (generation > instance.state.generation()) {
      // The journaled time is that of the previous process.
      instance.startedAt = Optional.of(now);
      instance.state = CrashBridging.caughtUp(instance.state, generation);
    }
  }

  /// Returns the tag of a process of an earlier generation that still runs, if the app's whole tree
  /// must end with its generation.
  private Optional<String> olderThanAdopted(
      Instance instance, NavigableMap<Long, ProcessIdentity> tagged) {
    Map.Entry<Long, ProcessIdentity> older = tagged.lowerEntry(instance.state.generation());
    if (instance.child == null || older == null || !instance.spec.stop().wholeTree()) {
      return Optional.empty();
    }
    LOG.log(
        Level.WARNING,
        "{0}: pid {1} is of an earlier start and runs beside pid {2}: it is stopped",
        instance.label(),
        Integer.toString(older.getValue().pid()),
        Integer.toString(instance.child.identity().pid()));
    return Optional.of(instance.tag(god.home(), older.getKey()));
  }

  /// A process whose IPC channel is lost can no longer report that it is ready.
  private void assumeReadyWithoutChannel(Instance instance) {
    boolean deaf = instance.child != null && !instance.child.hasChannel();
    boolean toSpeak = instance.spec.readiness().awaited() || !instance.spec.health().gates();
    if (deaf && toSpeak && instance.state.startBlocker() == StartBlocker.READINESS) {
      LOG.log(
          Level.WARNING,
          "{0}: its channel cannot be taken over, so it counts as ready",
          instance.label());
      supervisor.healthCoordinator().saysNothing(instance);
    }
  }

  private long uptime(Instance instance) {
    Instant now = god.wallClock().instant();
    Duration uptime = Duration.between(instance.startedAt.orElse(now), now);
    return uptime.isNegative() ? 0 : uptime.toNanos();
  }
}
