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

/// Takes up what an earlier daemon left: apps that live keep their pid and their log, apps that
/// ended meanwhile follow their policy. Owned by GodVerticle's context.
///
/// The daemon may be killed at any point of this. Until the fate of a recorded process is decided
/// the journal keeps it ([Instance#lasting]), and no process is made for an instance while a living
/// one carries its tag.
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

  /// Decides about every instance of the journal. Completes when each has been decided.
  ///
  /// @param tagged all live main processes of the home
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

  /// Takes a process up, if it lives.
  ///
  /// @return whether it does
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

  /// The journal knew an older process only. Done in one turn of the loop with what follows from
  /// it: a write in between would have the next daemon count the same restarts again.
  static void catchUp(Instance instance, long generation, Instant now) {
    if (generation > instance.state.generation()) {
      // The time in the journal is that of the process before.
      instance.startedAt = Optional.of(now);
      instance.state = CrashBridging.caughtUp(instance.state, generation);
    }
  }

  /// The tag of what lives of generations before the adopted one, where the app has no process
  /// survive its generation.
  private Optional<String> olderThanAdopted(
      Instance instance, NavigableMap<Long, ProcessIdentity> tagged) {
    Map.Entry<Long, ProcessIdentity> older = tagged.lowerEntry(instance.state.generation());
    if (instance.child == null || older == null || !instance.spec.stop().wholeTree()) {
      return Optional.empty();
    }
    LOG.log(
        Level.WARNING,
        "{0}: pid {1} is of an earlier start and runs beside pid {2}: it is ended",
        instance.label(),
        Integer.toString(older.getValue().pid()),
        Integer.toString(instance.child.identity().pid()));
    return Optional.of(instance.tag(god.home(), older.getKey()));
  }

  /// Nobody will ever hear from a process whose channel is lost that it is ready.
  private void assumeReadyWithoutChannel(Instance instance) {
    boolean deaf = instance.child != null && !instance.child.hasChannel();
    boolean toSpeak = instance.spec.readiness().awaited() || !instance.spec.health().gates();
    if (deaf && toSpeak && instance.state.startBlocker() == StartBlocker.READINESS) {
      LOG.log(
          Level.WARNING,
          "{0}: its channel cannot be taken over, so it is taken for ready",
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
