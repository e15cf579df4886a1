package io.jpm.god;

import io.jpm.bus.OffLoop;
import io.jpm.model.Exit;
import io.jpm.model.Phase;
import io.jpm.model.ProcessIdentity;
import io.jpm.os.Child;
import io.jpm.supervise.Awaiting;
import io.jpm.supervise.Event;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// Takes up what an earlier daemon left: apps that live keep their pid and their log, apps that
/// ended meanwhile follow their policy. Owned by GodVerticle's context.
final class Adoption {
  private static final Logger LOG = System.getLogger("jpm.god");

  private final Vertx vertx;
  private final GodContext god;
  private final Supervisor supervisor;
  private final Succession succession;

  /// @param identity the live process
  /// @param generation which spawn of its instance it is
  record Found(ProcessIdentity identity, long generation) {}

  Adoption(GodContext god, Vertx vertx, Supervisor supervisor, Succession succession) {
    this.vertx = vertx;
    this.god = god;
    this.supervisor = supervisor;
    this.succession = succession;
  }

  /// Decides about every instance of the journal. Completes when each has been decided.
  Future<Void> adoptAll(Registry registry) {
    return tagged()
        .compose(tagged -> {
          List<Gone> gone = new ArrayList<>();
          Future<Void> all = Future.succeededFuture();
          for (Instance instance : registry.ofAllRoles()) {
            all = all.compose(_ -> adopt(instance, newest(instance, tagged), gone));
          }
          return all.compose(
                  _ -> {
                    succession.inherit(gone.stream().map(Gone::instance).toList());
                    return follow(gone);
                  })
              .onSuccess(_ -> {
                succession.goOn();
                warnOfStrangers(registry, tagged);
              });
        });
  }

  /// Looks for processes of this home that no instance knows.
  void tellOfStrangers(Registry registry) {
    tagged().onSuccess(tagged -> warnOfStrangers(registry, tagged));
  }

  private Future<Map<Tags.Mark, ProcessIdentity>> tagged() {
    return OffLoop.call(vertx, () -> god.host().findTagged(Tags.prefix(god.home())))
        .map(found -> {
          Map<Tags.Mark, ProcessIdentity> marked = new HashMap<>();
          found.forEach((tag, process) ->
              Tags.parse(god.home(), tag).ifPresent(mark -> marked.put(mark, process)));
          return marked;
        });
  }

  private void warnOfStrangers(Registry registry, Map<Tags.Mark, ProcessIdentity> tagged) {
    tagged.forEach((mark, process) -> {
      if (registry.ofAllRoles().stream().noneMatch(mark::isOf)) {
        LOG.log(
            Level.WARNING,
            "pid {0} was started by an earlier daemon of this home as id {1}, which is not in the journal: it is left alone",
            Integer.toString(process.pid()),
            mark.id());
      }
    });
  }

  /// A daemon that died between making a process and writing it down left one that only its tag
  /// tells of. Only newer ones count: an older or equal tag may be that of a helper which the app
  /// has made.
  private static Optional<Found> newest(Instance instance, Map<Tags.Mark, ProcessIdentity> tagged) {
    long generation = instance.state.generation();
    boolean unwritten = instance.recorded.isEmpty() && instance.state.phase() == Phase.LAUNCHING;
    long known = unwritten ? generation - 1 : generation;
    return tagged.entrySet().stream()
        .filter(entry -> entry.getKey().isOf(instance) && entry.getKey().generation() > known)
        .max(Comparator.comparingLong(entry -> entry.getKey().generation()))
        .map(entry -> new Found(entry.getValue(), entry.getKey().generation()));
  }

  /// @param gone gets it when it does not live any more
  private Future<Void> adopt(Instance instance, Optional<Found> newer, List<Gone> gone) {
    long generation = instance.state.generation();
    if (newer.filter(found -> found.generation() > generation).isPresent()) {
      // The time in the journal is that of the process before.
      instance.startedAt = Optional.of(god.wallClock().instant());
      instance.state = Unwritten.caughtUp(instance.state, newer.get().generation());
    }
    Optional<Found> candidate =
        newer.or(() -> instance.recorded.map(identity -> new Found(identity, generation)));
    if (candidate.isEmpty()) {
      Balancing.forgetProcess(instance);
      Optional<Child> strays = supervisor.processes().straysOf(instance, generation);
      gone.add(new Gone(instance, generation, Optional.empty(), strays));
      return Future.succeededFuture();
    }
    Found found = candidate.get();
    Failpoint.ADOPTION_BEGINS.hit();
    return supervisor
        .processes()
        .captures()
        .open(instance)
        .compose(problem -> {
          problem.ifPresent(words -> LOG.log(Level.ERROR, "{0}: {1}", instance.label(), words));
          return supervisor.processes().adopt(instance, found);
        })
        .compose(alive -> {
          if (!alive) {
            ProcessIdentity identity = found.identity();
            Balancing.forgetProcess(instance);
            Optional<Child> tree =
                supervisor.processes().remainsOf(instance, found.generation(), identity);
            gone.add(new Gone(instance, found.generation(), Optional.of(identity), tree));
            return Future.succeededFuture();
          }
          Failpoint.ADOPTED.hit();
          supervisor.on(instance, new Event.Adopted(found.generation(), uptime(instance)));
          supervisor.balancing().began(instance, found.identity());
          supervisor.processes().begin(instance);
          supervisor.processes().checks().adopt(instance, found.identity());
          assumeReadyWithoutChannel(instance);
          Failpoint.ADOPTION_TOLD.hit();
          return Future.succeededFuture();
        });
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

  /// One whose process is not there any more.
  ///
  /// @param tree what it may have left
  private record Gone(
      Instance instance,
      long generation,
      Optional<ProcessIdentity> process,
      Optional<Child> tree) {}

  /// How those that are gone have ended, of what as far as a limit was the reason, and which of
  /// them have left something.
  private record Ends(Map<Gone, Exit> exits, Map<Gone, String> causes, Set<Child> left) {}

  /// Looks at all before it lets the first one be followed by another process: with each of these a
  /// look at all processes takes longer.
  private Future<Void> follow(List<Gone> gone) {
    return gone.isEmpty()
        ? Future.succeededFuture()
        : OffLoop.call(vertx, () -> ends(gone))
            .map(ends -> {
              gone.forEach(one -> follow(one, ends));
              return null;
            });
  }

  private Ends ends(List<Gone> gone) {
    List<Child> trees = gone.stream().map(Gone::tree).flatMap(Optional::stream).toList();
    Set<Child> left = Set.copyOf(trees.isEmpty() ? trees : god.host().withLeftovers(trees));
    Map<Gone, Exit> exits = gone.stream().collect(Collectors.toMap(one -> one, this::exitOf));
    Map<Gone, String> causes = new HashMap<>();
    exits.forEach((one, exit) -> causes.put(one, cause(one, exit)));
    return new Ends(exits, causes, left);
  }

  private void follow(Gone gone, Ends ends) {
    Instance instance = gone.instance();
    Optional<Child> left = gone.tree().filter(ends.left()::contains);
    left.ifPresent(tree -> instance.child = tree);
    boolean toRun = Unwritten.isToRun(instance.state);
    Exit exit = Objects.requireNonNull(ends.exits().get(gone));
    String cause = Objects.requireNonNull(ends.causes().get(gone));
    supervisor.on(instance, new Event.FoundGone(gone.generation(), exit, left.isPresent(), cause));
    if (toRun) {
      supervisor.on(instance, new Event.StartAsked());
    }
  }

  /// How it ended, as far as the system still tells.
  private Exit exitOf(Gone gone) {
    return gone.process()
        .map(god.host()::exitOf)
        .orElseGet(() -> new Exit.Unknown("it ended while no daemon was running"));
  }

  private String cause(Gone gone, Exit exit) {
    Instance instance = gone.instance();
    boolean limited = gone.process().isPresent() && instance.spec.limits().memoryMax().isPresent();
    String tag = Tags.of(god.home(), instance, gone.generation());
    return limited && god.host().ranOutOfMemory(tag) ? LimitWords.ofEnd(instance.spec, exit) : "";
  }

  private long uptime(Instance instance) {
    Instant now = god.wallClock().instant();
    Duration uptime = Duration.between(instance.startedAt.orElse(now), now);
    return uptime.isNegative() ? 0 : uptime.toNanos();
  }
}
