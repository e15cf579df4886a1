package io.jpm.god;

import io.jpm.model.Phase;
import io.jpm.model.ProcessIdentity;
import io.jpm.supervise.Awaiting;
import io.jpm.supervise.Event;
import io.jpm.supervise.Inheritance;
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
final class Adoption {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final GodContext god;
  private final Supervisor supervisor;
  private final Succession succession;
  private final TreeEnding ending;

  /// @param identity the live process
  /// @param generation which spawn of its instance it is
  record Found(ProcessIdentity identity, long generation) {}

  Adoption(GodContext god, Context context, Supervisor supervisor, Succession succession) {
    this.vertx = context.owner();
    this.god = god;
    this.supervisor = supervisor;
    this.succession = succession;
    this.ending = new TreeEnding(context, god.host());
  }

  /// Decides about every instance of the journal. Completes when each has been decided.
  ///
  /// @param tagged all live main processes of the home
  Future<Void> adoptAll(Registry registry, Map<Tags.Mark, ProcessIdentity> tagged) {
    var absences = new Absences(god, vertx, supervisor, ending);
    List<String> doubled = new ArrayList<>();
    Future<Void> all = Future.succeededFuture();
    for (Instance instance : registry.ofAllRoles()) {
      NavigableMap<Long, ProcessIdentity> mine = Tags.generations(instance, tagged);
      all =
          all.compose(_ -> adopt(instance, mine, absences))
              .map(_ -> {
                olderThanAdopted(instance, mine).ifPresent(doubled::add);
                return null;
              });
    }
    return all.compose(
            _ -> {
              succession.inherit(absences.instances());
              return Future.join(absences.follow(), ending.end(doubled));
            })
        .map(_ -> {
          succession.goOn();
          return null;
        });
  }

  private Future<Void> adopt(
      Instance instance, NavigableMap<Long, ProcessIdentity> tagged, Absences absences) {
    Optional<Found> candidate =
        Inheritance.of(instance.state, instance.recorded, tagged)
            .map(it -> new Found(it.process(), it.generation()));
    if (candidate.isEmpty()) {
      absences.addUnrecorded(instance);
      return Future.succeededFuture();
    }
    Found found = candidate.get();
    Optional<ProcessIdentity> replaced =
        instance.recorded.filter(recorded -> !recorded.equals(found.identity()));
    Optional<Instant> startedAt = instance.startedAt;
    return adopt(instance, found)
        .map(alive -> {
          replaced.ifPresent(recorded -> absences.addReplaced(instance, recorded, startedAt));
          if (!alive) {
            absences.add(instance, found);
          }
          return null;
        });
  }

  /// Takes a process up, if it lives.
  ///
  /// @return whether it does
  Future<Boolean> adopt(Instance instance, Found found) {
    Failpoint.ADOPTION_BEGINS.hit();
    return supervisor
        .processes()
        .captures()
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

  private void adopted(Instance instance, Found found) {
    Failpoint.ADOPTED.hit();
    catchUp(instance, found.generation(), god.wallClock().instant());
    supervisor.on(instance, new Event.Adopted(found.generation(), uptime(instance)));
    boolean ready = instance.state.phase() == Phase.ONLINE;
    supervisor.balancing().began(instance, found.identity(), ready);
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
      instance.state = Unwritten.caughtUp(instance.state, generation);
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
    return Optional.of(Tags.of(god.home(), instance, older.getKey()));
  }

  /// Nobody will ever hear from a process whose channel is lost that it is ready.
  private void assumeReadyWithoutChannel(Instance instance) {
    boolean deaf = instance.child != null && !instance.child.hasChannel();
    boolean toSpeak = instance.spec.readiness().awaited() || !instance.spec.health().gates();
    if (deaf && toSpeak && instance.state.awaiting() == Awaiting.READINESS) {
      LOG.log(
          Level.WARNING,
          "{0}: its channel cannot be taken over, so it is taken for ready",
          instance.label());
      supervisor.attending().saysNothing(instance);
    }
  }

  private long uptime(Instance instance) {
    Instant now = god.wallClock().instant();
    Duration uptime = Duration.between(instance.startedAt.orElse(now), now);
    return uptime.isNegative() ? 0 : uptime.toNanos();
  }
}
